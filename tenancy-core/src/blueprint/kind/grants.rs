use super::{Grantee, Privilege};
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// Who may do what with something, where it is not what PostgreSQL gives by default. Said at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    /// What it is about.
    pub on: GrantTarget,
    /// What is taken away and given, in this order.
    pub changes: Vec<Grant>,
}

/// What rights are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantTarget {
    /// The schema itself. Said before others get what belongs to them: they need the right to create it.
    Schema,
    /// `TABLE "..."."customers"` and so on.
    Object(Deparsed),
    /// A column of that.
    Column(Deparsed, String),
    /// Whatever the role makes in the schema later: `TABLES`, and for whom.
    Later(LaterObjects, Grantee),
}

/// What default privileges are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaterObjects {
    /// Tables and views.
    Tables,
    /// Sequences.
    Sequences,
    /// Functions, procedures and aggregates.
    Routines,
    /// Types.
    Types,
}

/// One GRANT or REVOKE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Whether it takes away what PostgreSQL gives by default.
    pub revoke: bool,
    /// The rights.
    pub privileges: Vec<Privilege>,
    /// Whose they are.
    pub grantee: Grantee,
    /// Whether they may be passed on.
    pub grant_option: bool,
}

impl Grants {
    fn write(&self, grant: &Grant, out: &mut Writer<'_>) {
        if let GrantTarget::Later(_, role) = &self.on {
            out.sql("ALTER DEFAULT PRIVILEGES FOR ROLE ");
            role.write(out);
            out.sql(" IN SCHEMA ").schema().sql(" ");
        }
        out.sql(if grant.revoke { "REVOKE " } else { "GRANT " });
        out.list(&grant.privileges, |out, privilege| {
            out.sql(privilege.keyword());
            if let GrantTarget::Column(_, column) = &self.on {
                out.sql(" (").ident(column).sql(")");
            }
        });
        out.sql(" ON ");
        match &self.on {
            GrantTarget::Schema => out.sql("SCHEMA ").schema(),
            GrantTarget::Object(object) | GrantTarget::Column(object, _) => out.deparsed(object),
            GrantTarget::Later(objects, _) => out.sql(match objects {
                LaterObjects::Tables => "TABLES",
                LaterObjects::Sequences => "SEQUENCES",
                LaterObjects::Routines => "ROUTINES",
                LaterObjects::Types => "TYPES",
            }),
        };
        out.sql(if grant.revoke { " FROM " } else { " TO " });
        grant.grantee.write(out);
        out.sql(if grant.grant_option { " WITH GRANT OPTION" } else { "" }).end();
    }
}

impl Render for Grants {
    fn stage(&self) -> Stage {
        match self.on {
            // What is made by the rest of the script gets its rights from the template, not from these.
            GrantTarget::Later(..) => Stage::DefaultPrivileges,
            GrantTarget::Schema => Stage::SchemaGrant,
            GrantTarget::Object(_) | GrantTarget::Column(..) => Stage::Grant,
        }
    }

    fn create(&self, _out: &mut Writer<'_>) {}

    fn finish(&self, out: &mut Writer<'_>) {
        for grant in &self.changes {
            self.write(grant, out);
        }
    }
}
