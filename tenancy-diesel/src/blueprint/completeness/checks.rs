use diesel::RunQueryDsl;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Integer, Oid, Text};
use tenancy_core::blueprint::ObjectId;

use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, Refusal};

/// A reason to refuse a member of the schema.
#[derive(Clone, QueryableByName)]
pub(super) struct Finding {
    #[diesel(sql_type = Oid)]
    class: u32,
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Integer)]
    sub: i32,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    remedy: String,
}

#[derive(QueryableByName)]
struct Description {
    #[diesel(sql_type = Text)]
    description: String,
}

impl Finding {
    pub(super) fn new(id: ObjectId, reason: &str, remedy: &str) -> Self {
        Self { class: id.class, oid: id.oid, sub: 0, reason: reason.to_owned(), remedy: remedy.to_owned() }
    }

    pub(super) fn id(&self) -> ObjectId {
        ObjectId { class: self.class, oid: self.oid }
    }
}

/// Looks for properties that a clone would lose.
pub(super) fn run(catalog: &mut Catalog<'_>) -> Result<Vec<Finding>, CaptureError> {
    catalog.rows("look for what a clone would lose", include_str!("checks.sql"))
}

/// Gives the findings names.
pub(super) fn describe(
    catalog: &mut Catalog<'_>,
    findings: &[Finding],
) -> Result<Vec<Refusal>, CaptureError> {
    let column = |part: fn(&Finding) -> u32| findings.iter().map(part).collect::<Vec<_>>();
    let descriptions: Vec<Description> = diesel::sql_query(
        "SELECT coalesce(pg_describe_object(f.class, f.oid, f.sub), format('object %s of catalogue %s', f.oid, f.class)) AS description \
         FROM unnest($1, $2, $3) WITH ORDINALITY AS f (class, oid, sub, place) ORDER BY f.place",
    )
    .bind::<Array<Oid>, _>(column(|finding| finding.class))
    .bind::<Array<Oid>, _>(column(|finding| finding.oid))
    .bind::<Array<Integer>, _>(findings.iter().map(|finding| finding.sub).collect::<Vec<_>>())
    .load(catalog.conn)
    .map_err(|source| CaptureError::Query { doing: "describe what a clone would lose", source })?;
    let mut refusals: Vec<Refusal> = findings
        .iter()
        .zip(descriptions)
        .map(|(finding, Description { description })| Refusal {
            object: catalog.shown(&description),
            reason: finding.reason.clone(),
            remedy: finding.remedy.clone(),
        })
        .collect();
    refusals.sort();
    refusals.dedup();
    Ok(refusals)
}
