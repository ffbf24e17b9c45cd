//! The check that takes more than a query: what the bodies of the template's functions mean is read here.

use diesel::{PgConnection, QueryResult};
use tenancy_core::blueprint::body::Reason;
use tenancy_core::name::SchemaName;

use super::{Finding, MendedBy, Severity};
use crate::blueprint::doubts;

pub(super) const CODE: &str = "undecided_bodies";

pub(super) fn look(conn: &mut PgConnection, template: &SchemaName) -> QueryResult<Option<Finding>> {
    let found = doubts(conn, template)?;
    if found.is_empty() {
        return Ok(None);
    }
    // A text may be nothing but a text.
    let harmless = found.iter().all(|undecided| undecided.doubt.reason == Reason::Text);
    Ok(Some(Finding {
        code: CODE,
        severity: if harmless { Severity::Advice } else { Severity::Warning },
        what: "functions and texts of the template that name the template in a way that cannot be decided by reading",
        why: "every tenant has them word for word; where the name becomes a reference, the tenant reaches into the template",
        remedy: "leave the schema out, so that names resolve by search_path; each subject says why it is in doubt",
        subjects: found.iter().map(ToString::to_string).collect(),
        mend: Vec::new(),
        by: MendedBy::Owner,
        safe_to_fix: false,
    }))
}
