use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Integer, Oid, Text};
use tenancy_core::blueprint::ObjectId;

/// A reason to refuse a member of the schema.
#[derive(Clone, QueryableByName)]
pub(super) struct Finding {
    #[diesel(sql_type = Oid)]
    pub(super) class: u32,
    #[diesel(sql_type = Oid)]
    pub(super) oid: u32,
    #[diesel(sql_type = Integer)]
    pub(super) sub: i32,
    #[diesel(sql_type = Text)]
    pub(super) reason: String,
    #[diesel(sql_type = Text)]
    pub(super) remedy: String,
}

impl Finding {
    pub(super) fn new(id: ObjectId, reason: &str, remedy: &str) -> Self {
        Self { class: id.class, oid: id.oid, sub: 0, reason: reason.to_owned(), remedy: remedy.to_owned() }
    }

    pub(super) fn of_column(self, sub: i32) -> Self {
        Self { sub, ..self }
    }

    pub(super) fn id(&self) -> ObjectId {
        ObjectId { class: self.class, oid: self.oid }
    }
}
