use crate::blueprint::render::Writer;

/// When a trigger or rule fires, by `session_replication_role`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firing {
    /// Unless the session replays a replica.
    Origin,
    /// Always.
    Always,
    /// Only when the session replays a replica.
    Replica,
    /// Never.
    Disabled,
}

impl Firing {
    /// `ALTER TABLE ONLY t ENABLE ALWAYS TRIGGER name` and the like; nothing for what a new one does anyway.
    pub(super) fn write(self, table: &str, what: &'static str, name: &str, out: &mut Writer<'_>) {
        let action = match self {
            Self::Origin => return,
            Self::Always => " ENABLE ALWAYS ",
            Self::Replica => " ENABLE REPLICA ",
            Self::Disabled => " DISABLE ",
        };
        out.sql("ALTER TABLE ONLY ").name(table).sql(action).sql(what).ident(name).end();
    }
}
