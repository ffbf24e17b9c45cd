use std::time::Duration;

use serde::{Serialize, Serializer};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::structure::Difference;

/// Who is not what the template is.
#[derive(Debug, Clone, Serialize)]
pub struct DriftReport {
    /// The template.
    pub template: SchemaName,
    /// How many tenants are the same as the template.
    pub same: usize,
    /// All others, by slug.
    pub tenants: Vec<TenantDrift>,
    /// How long it all took, in milliseconds.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

/// How one tenant stands to the template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantDrift {
    /// The tenant.
    pub slug: TenantSlug,
    /// Its schema.
    pub schema: SchemaName,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
}

/// How a tenant stands to the template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// Every object is the template's.
    Same,
    /// It has the template's migrations, and is something else.
    Drifted {
        /// In what it differs; never empty.
        differences: Vec<Difference>,
    },
    /// It has other migrations than the template, so the two cannot be compared. That alone is no drift.
    OtherVersion {
        /// The versions that the template has and the tenant lacks, oldest first.
        pending: Vec<String>,
        /// The versions that the tenant has and the template lacks.
        ahead: Vec<String>,
    },
    /// Its schema is not there.
    SchemaMissing,
    /// It could not be looked at.
    Failed {
        /// Why not.
        error: String,
    },
}

impl DriftReport {
    /// Whether nobody drifted, as far as could be told. A tenant that is behind has not.
    pub fn is_clean(&self) -> bool {
        self.drifted().next().is_none()
    }

    /// The tenants with something wrong.
    pub fn drifted(&self) -> impl Iterator<Item = &TenantDrift> {
        self.tenants.iter().filter(|tenant| tenant.is_wrong())
    }

    /// The tenants with other migrations than the template, which were not compared.
    pub fn not_compared(&self) -> impl Iterator<Item = &TenantDrift> {
        self.tenants.iter().filter(|tenant| matches!(tenant.standing, Standing::OtherVersion { .. }))
    }
}

impl TenantDrift {
    /// Whether it is something to mend.
    pub fn is_wrong(&self) -> bool {
        !matches!(self.standing, Standing::Same | Standing::OtherVersion { .. })
    }
}

fn milliseconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(took.as_millis())
}
