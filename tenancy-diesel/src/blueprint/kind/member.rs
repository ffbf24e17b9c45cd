use diesel::deserialize::QueryableByName;
use diesel::pg::Pg;
use diesel::sql_types::{Oid, Text};
use tenancy_core::blueprint::{Definition, Object, ObjectId};

use crate::blueprint::CaptureError;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::Inventory;

/// What a catalogue's row holds, beside its OID and name, of a kind of which every row is one object.
pub(super) trait Member: QueryableByName<Pg> + 'static {
    /// The OID of the catalogue.
    const CLASS: u32;
    /// What is being done, as an error says it.
    const READING: &'static str;
    /// The query. Its `$1` is the OID of the schema; it yields `oid`, `name` and what the implementor reads.
    const QUERY: &'static str;

    /// What the object is.
    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError>;

    /// What messages call the object, and by which it is ordered.
    fn title(&self, name: &str) -> String {
        name.to_owned()
    }
}

#[derive(QueryableByName)]
struct Row<M> {
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(embed)]
    member: M,
}

/// Reads every object of one kind.
pub(super) fn capture<M: Member>(
    catalog: &mut Catalog<'_>,
    inventory: &mut Inventory,
) -> Result<(), CaptureError> {
    for Row { oid, name, member } in catalog.rows::<Row<M>>(M::READING, M::QUERY)? {
        let id = ObjectId { class: M::CLASS, oid };
        let title = catalog.shown(&member.title(&name));
        inventory.add(Object::new(Some(id), title, member.define(&name, catalog)?));
    }
    Ok(())
}
