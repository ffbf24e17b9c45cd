use crate::blueprint::render::Writer;

/// Who has a right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    /// The owner of the schema, which in a clone is whoever runs the script.
    Owner,
    /// Everybody.
    Public,
    /// A role.
    Role(String),
}

impl Grantee {
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        match self {
            Self::Owner => out.sql("CURRENT_USER"),
            Self::Public => out.sql("PUBLIC"),
            Self::Role(role) => out.ident(role),
        };
    }
}
