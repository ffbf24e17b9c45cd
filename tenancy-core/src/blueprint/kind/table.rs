use super::{Check, Column, ColumnSettings, ColumnValue, Parameter};
use crate::blueprint::Stage;
use crate::blueprint::render::{Render, Writer};

/// An ordinary table. Its shell has neither defaults nor checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Whether its rows survive a crash.
    pub persistence: Persistence,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    /// Its check constraints.
    pub checks: Vec<Check>,
    /// Its storage parameters.
    pub parameters: Vec<Parameter>,
    /// What is logged of the old row when it changes.
    pub replica_identity: ReplicaIdentity,
    /// Whether policies apply.
    pub row_security: RowSecurity,
}

/// Whether something survives a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// It does.
    Permanent,
    /// It is emptied.
    Unlogged,
}

/// What is logged of the old row when it changes. An identity by index belongs to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicaIdentity {
    /// The primary key, or the index that says so itself.
    Default,
    /// The whole row.
    Full,
    /// Nothing.
    Nothing,
}

/// Whether policies apply to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowSecurity {
    /// To everybody but the owner.
    pub enabled: bool,
    /// To the owner too.
    pub forced: bool,
}

/// What stands between the parentheses of CREATE TABLE.
enum Line<'a> {
    Column(&'a Column),
    Check(&'a Check),
}

impl Persistence {
    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::Permanent => "",
            Self::Unlogged => "UNLOGGED ",
        }
    }
}

impl Table {
    fn write(&self, shell: bool, out: &mut Writer<'_>) {
        out.sql("CREATE ").sql(self.persistence.keyword()).sql("TABLE ").name(&self.name).sql(" (");
        let columns = self.columns.iter().map(Line::Column);
        let checks = self.checks.iter().filter(|check| !shell && check.validated).map(Line::Check);
        out.list(columns.chain(checks), |out, line| match line {
            Line::Column(column) => column.write(shell, out),
            Line::Check(check) => check.write(out),
        });
        out.sql(")");
        Parameter::write_with(&self.parameters, out);
        out.end();
        ColumnSettings::write(&self.name, self.columns.iter().map(|c| (c.name.as_str(), &c.settings)), out);
        self.alter_if(self.replica_identity == ReplicaIdentity::Full, "REPLICA IDENTITY FULL", out);
        self.alter_if(self.replica_identity == ReplicaIdentity::Nothing, "REPLICA IDENTITY NOTHING", out);
        self.alter_if(self.row_security.enabled, "ENABLE ROW LEVEL SECURITY", out);
        self.alter_if(self.row_security.forced, "FORCE ROW LEVEL SECURITY", out);
    }

    fn alter_if(&self, condition: bool, action: &'static str, out: &mut Writer<'_>) {
        if condition {
            out.sql("ALTER TABLE ONLY ").name(&self.name).sql(" ").sql(action).end();
        }
    }

    // CREATE TABLE would take `NOT VALID` for granted and mark the constraint as valid.
    fn add_checks(&self, validated: bool, out: &mut Writer<'_>) {
        for check in self.checks.iter().filter(|check| check.validated == validated) {
            out.sql("ALTER TABLE ONLY ").name(&self.name).sql(" ADD ");
            check.write(out);
            out.end();
        }
    }
}

impl Render for Table {
    fn stage(&self) -> Stage {
        Stage::Table
    }

    fn splits(&self) -> bool {
        true
    }

    fn create(&self, out: &mut Writer<'_>) {
        self.write(false, out);
        self.add_checks(false, out);
    }

    fn shell(&self, out: &mut Writer<'_>) {
        self.write(true, out);
    }

    fn complete(&self, out: &mut Writer<'_>) {
        for column in &self.columns {
            if let ColumnValue::Default(default) = &column.value {
                out.sql("ALTER TABLE ONLY ").name(&self.name).sql(" ALTER COLUMN ").ident(&column.name);
                out.sql(" SET DEFAULT ").deparsed(default).end();
            }
        }
        self.add_checks(true, out);
        self.add_checks(false, out);
    }
}
