use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Oid, Text};
use tenancy_core::blueprint::ObjectId;

use crate::blueprint::CaptureError;
use crate::blueprint::catalog::Catalog;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    class: u32,
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Oid)]
    needed_class: u32,
    #[diesel(sql_type = Oid)]
    needed_oid: u32,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    part: bool,
    #[diesel(sql_type = Bool)]
    text: bool,
}

/// A row of `pg_depend` about a member of the schema.
pub(super) struct Dependency {
    pub(super) member: ObjectId,
    pub(super) on: ObjectId,
    pub(super) how: How,
    /// Whether that is a function whose body is text.
    pub(super) text: bool,
}

/// In which way a member depends on something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// PostgreSQL creates it along with what it depends on.
    Part,
    /// It is dropped along with what it depends on: a default with its column, a serial's sequence.
    Auto,
    /// It refers to it.
    Normal,
    /// It belongs to an extension.
    Extension,
    /// It is to be dropped when an extension is.
    DroppedWithExtension,
}

pub(super) fn read(catalog: &mut Catalog<'_>) -> Result<Vec<Dependency>, CaptureError> {
    let rows =
        catalog.rows::<Row>("read the dependencies of the template", include_str!("dependencies.sql"))?;
    let dependencies = rows.into_iter().map(|row| Dependency {
        member: ObjectId { class: row.class, oid: row.oid },
        on: ObjectId { class: row.needed_class, oid: row.needed_oid },
        how: match row.kind.as_str() {
            _ if row.part => How::Part,
            "e" => How::Extension,
            "x" => How::DroppedWithExtension,
            "n" => How::Normal,
            _ => How::Auto,
        },
        text: row.text,
    });
    Ok(dependencies.collect())
}
