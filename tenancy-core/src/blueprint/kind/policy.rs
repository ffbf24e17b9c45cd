use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A row security policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Whether it adds rows, else it takes rows away.
    pub permissive: bool,
    /// The command that it applies to.
    pub command: PolicyCommand,
    /// The roles that it applies to; none means everybody.
    pub roles: Vec<String>,
    /// Which rows are seen.
    pub using: Option<Deparsed>,
    /// Which rows may be written.
    pub with_check: Option<Deparsed>,
}

/// The command that a policy applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyCommand {
    /// Every command.
    All,
    /// SELECT.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

impl Render for Policy {
    fn stage(&self) -> Stage {
        Stage::Policy
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE POLICY ").ident(&self.name).sql(" ON ").name(&self.table);
        out.sql(if self.permissive { " AS PERMISSIVE" } else { " AS RESTRICTIVE" });
        out.sql(match self.command {
            PolicyCommand::All => " FOR ALL",
            PolicyCommand::Select => " FOR SELECT",
            PolicyCommand::Insert => " FOR INSERT",
            PolicyCommand::Update => " FOR UPDATE",
            PolicyCommand::Delete => " FOR DELETE",
        });
        if !self.roles.is_empty() {
            out.sql(" TO ").list(&self.roles, |out, role| {
                out.ident(role);
            });
        }
        if let Some(using) = &self.using {
            out.sql(" USING (").deparsed(using).sql(")");
        }
        if let Some(with_check) = &self.with_check {
            out.sql(" WITH CHECK (").deparsed(with_check).sql(")");
        }
        out.end();
    }
}
