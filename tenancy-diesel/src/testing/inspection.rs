use std::collections::BTreeMap;

use tenancy_core::name::TenantSlug;

use super::control::Control;
use super::search::{Hit, Kind, Search};
use super::sentinel::Sentinel;
use crate::error::Error;
use crate::registry::ListTenants;
use crate::tenancy::Tenancy;

/// What stands in the database, after a run.
pub(super) struct Inspection {
    /// How many tables were searched.
    pub(super) tables: u64,
    /// Tables that could not be read, and why.
    pub(super) unread: Vec<String>,
    /// Every marker that was found, and where.
    pub(super) found: Vec<Found>,
}

/// A marker in a table.
pub(super) struct Found {
    pub(super) hit: Hit,
    /// The schema's tenant, when it has one.
    pub(super) tenant: Option<TenantSlug>,
    /// Whether it stands in its owner's schema.
    pub(super) is_home: bool,
    pub(super) place: String,
}

impl Inspection {
    /// Searches every table of the database except those in `ignored` (`schema.table`).
    pub(super) fn make(
        control: &mut Control,
        tenancy: &Tenancy,
        sentinels: &[Sentinel],
        search: &Search,
        ignored: &[String],
    ) -> Result<Self, Error> {
        let tenants = tenancy.registry().list(&ListTenants::default())?;
        let owners: BTreeMap<String, TenantSlug> = tenants
            .into_iter()
            .filter_map(|tenant| Some((tenant.placement.schema()?.to_string(), tenant.slug)))
            .collect();
        let pattern = search.pattern();
        let mut inspection = Self { tables: 0, unread: Vec::new(), found: Vec::new() };
        for table in control.tables()? {
            let name = format!("{}.{}", table.schema, table.name);
            if ignored.contains(&name) {
                continue;
            }
            let values = match control.matching(&table, &pattern) {
                Ok(values) => values,
                Err(error) => {
                    inspection.unread.push(format!("table {name} could not be searched: {error}"));
                    continue;
                }
            };
            inspection.tables += 1;
            for value in values {
                let hits = search.all(value.content.as_bytes()).into_iter();
                inspection.found.extend(hits.filter(|hit| hit.kind == Kind::Row).map(|hit| Found {
                    tenant: owners.get(&table.schema).cloned(),
                    is_home: sentinels[hit.owner].schema() == Some(&table.schema),
                    place: format!("column {} of table {name}", value.column),
                    hit,
                }));
            }
        }
        Ok(inspection)
    }
}
