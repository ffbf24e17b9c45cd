use super::alteration::Alteration;
use super::{Check, Column, ColumnOverride, ColumnValue, Parameter, Parentage};
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A table, ordinary or partitioned. Its shell has neither defaults nor checks, and is no partition yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Whether its rows survive a crash.
    pub persistence: Persistence,
    /// Where columns come from that it does not declare itself.
    pub parentage: Parentage,
    /// The columns that it declares, in their order.
    pub columns: Vec<Column>,
    /// What it changes of the columns that it has from its parents.
    pub overrides: Vec<ColumnOverride>,
    /// The check constraints that it declares and that hold for all rows. The others are added later, as a
    /// [`Constraint`](super::Constraint) is.
    pub checks: Vec<Check>,
    /// The checks that hold for all of its rows, although they need not in the parent that it has them from.
    pub validated: Vec<String>,
    /// `RANGE (...)`, `LIST (...)` or `HASH (...)`, when it has partitions or could have.
    pub partition_key: Option<Deparsed>,
    /// Its storage parameters.
    pub parameters: Vec<Parameter>,
    /// Its table access method, when it is not `heap`.
    pub access_method: Option<String>,
    /// Its tablespace, when it is not that of the database.
    pub tablespace: Option<String>,
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
        out.sql("CREATE ").sql(self.persistence.keyword()).sql("TABLE ").name(&self.name);
        let typed = matches!(self.parentage, Parentage::Typed(_));
        let columns = self.columns.iter().filter(|column| !typed || column.has_options(shell));
        let checks = self.checks.iter().filter(|_| !shell).map(Line::Check);
        let mut lines = columns.map(Line::Column).chain(checks).peekable();
        self.parentage.write_type(out);
        // A typed table may declare nothing, but not in parentheses.
        if !typed || lines.peek().is_some() {
            out.sql(" (");
            out.list(lines, |out, line| match line {
                Line::Column(column) if typed => column.write_options(shell, out),
                Line::Column(column) => column.write(shell, out),
                Line::Check(check) => check.write(out),
            });
            out.sql(")");
        }
        self.parentage.write_inherits(out);
        if let Some(key) = &self.partition_key {
            out.sql(" PARTITION BY ").deparsed(key);
        }
        if let Some(method) = &self.access_method {
            out.sql(" USING ").ident(method);
        }
        Parameter::write_with(&self.parameters, out);
        if let Some(tablespace) = &self.tablespace {
            out.sql(" TABLESPACE ").ident(tablespace);
        }
        out.end();
        if !shell {
            self.parentage.link(&self.name, out);
        }
        self.alter(shell, out);
        for column in &self.columns {
            column.value.alter_sequence(out);
        }
        for column in &self.overrides {
            column.alter_sequence(out);
        }
    }

    /// What CREATE TABLE cannot say.
    fn alter(&self, shell: bool, out: &mut Writer<'_>) {
        let mut alter = Alteration::new(&self.name, out);
        for column in &self.columns {
            column.settings.write(&column.name, &mut alter);
        }
        for column in &self.overrides {
            column.write(shell, &mut alter);
        }
        for (condition, action) in [
            (self.replica_identity == ReplicaIdentity::Full, "REPLICA IDENTITY FULL"),
            (self.replica_identity == ReplicaIdentity::Nothing, "REPLICA IDENTITY NOTHING"),
            (self.row_security.enabled, "ENABLE ROW LEVEL SECURITY"),
            (self.row_security.forced, "FORCE ROW LEVEL SECURITY"),
        ] {
            if condition {
                alter.action().sql(action);
            }
        }
        alter.end();
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
    }

    fn shell(&self, out: &mut Writer<'_>) {
        self.write(true, out);
    }

    fn complete(&self, out: &mut Writer<'_>) {
        let mut alter = Alteration::new(&self.name, out);
        for column in &self.columns {
            if let ColumnValue::Default(default) = &column.value {
                alter.column(&column.name).sql(" SET DEFAULT ").deparsed(default);
            }
        }
        for column in &self.overrides {
            column.complete(&mut alter);
        }
        alter.end();
        // Not ONLY: what inherits the check already stands.
        for check in &self.checks {
            out.sql("ALTER TABLE ").name(&self.name).sql(" ADD ");
            check.write(out);
            out.end();
        }
        self.parentage.link(&self.name, out);
    }

    fn finish(&self, out: &mut Writer<'_>) {
        for check in &self.validated {
            out.sql("ALTER TABLE ONLY ").name(&self.name).sql(" VALIDATE CONSTRAINT ").ident(check).end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::Sentinel;
    use crate::blueprint::kind::{ColumnSettings, NotNull};
    use crate::name::SchemaName;

    fn text(sql: &str) -> Deparsed {
        let sentinel = Sentinel::new("x");
        Deparsed::split(&sql.replace('@', &sentinel.ident().to_string()), &sentinel).unwrap()
    }

    fn column(name: &str, value: ColumnValue) -> Column {
        Column {
            name: name.to_owned(),
            data_type: text("integer"),
            collation: None,
            not_null: NotNull::No,
            value,
            settings: ColumnSettings::default(),
        }
    }

    fn table(parentage: Parentage) -> Table {
        let check = Check { name: "c".to_owned(), definition: text("CHECK ((a > 0))"), validated: true };
        Table {
            name: "t".to_owned(),
            persistence: Persistence::Permanent,
            parentage,
            columns: vec![
                column("a", ColumnValue::Default(text("nextval('@.s'::regclass)"))),
                column("b", ColumnValue::Null),
            ],
            overrides: Vec::new(),
            checks: vec![check],
            validated: Vec::new(),
            partition_key: None,
            parameters: Vec::new(),
            access_method: None,
            tablespace: None,
            replica_identity: ReplicaIdentity::Default,
            row_security: RowSecurity { enabled: false, forced: false },
        }
    }

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> String {
        let (acme, template) =
            (SchemaName::parse("acme").unwrap(), SchemaName::parse("base_template").unwrap());
        let mut out = Writer::new(&acme, &template);
        write(&mut out);
        out.into_script().as_str().to_owned()
    }

    #[test]
    fn a_partition_is_created_as_it_is_and_then_attached() {
        let mut part =
            table(Parentage::Partition { of: "whole".to_owned(), bound: text("FOR VALUES IN (1)") });
        part.partition_key = Some(text("HASH (b)"));
        let create = written(|out| part.create(out));
        assert_eq!(
            create,
            r#"CREATE TABLE "acme"."t" ("a" integer DEFAULT nextval('"acme".s'::regclass), "b" integer, CONSTRAINT "c" CHECK ((a > 0))) PARTITION BY HASH (b);
ALTER TABLE ONLY "acme"."whole" ATTACH PARTITION "acme"."t" FOR VALUES IN (1);
"#
        );
        // A shell lacks the checks that a partition must have, so it is attached when it is complete.
        assert!(!written(|out| part.shell(out)).contains("ATTACH"));
        assert!(written(|out| part.complete(out)).ends_with("FOR VALUES IN (1);\n"));
    }

    #[test]
    fn what_a_child_changes_of_its_parents_columns_is_one_statement() {
        let mut child = table(Parentage::Inherits(vec!["p".to_owned(), "q".to_owned()]));
        child.columns.clear();
        child.checks.clear();
        let change = |name: &str, value, not_null| ColumnOverride {
            name: name.to_owned(),
            value,
            not_null,
            settings: ColumnSettings::default(),
        };
        child.overrides = vec![
            change("a", Some(ColumnValue::Null), Some(NotNull::Unnamed)),
            change("b", Some(ColumnValue::Default(text("1"))), None),
        ];
        assert_eq!(
            written(|out| child.create(out)),
            r#"CREATE TABLE "acme"."t" () INHERITS ("acme"."p", "acme"."q");
ALTER TABLE ONLY "acme"."t" ALTER COLUMN "a" SET NOT NULL, ALTER COLUMN "a" DROP DEFAULT, ALTER COLUMN "b" SET DEFAULT 1;
"#
        );
    }

    #[test]
    fn a_table_of_a_type_says_only_what_the_type_does_not() {
        let mut typed = table(Parentage::Typed(text("@.shape")));
        assert_eq!(
            written(|out| typed.create(out)),
            r#"CREATE TABLE "acme"."t" OF "acme".shape ("a" WITH OPTIONS DEFAULT nextval('"acme".s'::regclass), CONSTRAINT "c" CHECK ((a > 0)));
"#
        );
        typed.columns.clear();
        typed.checks.clear();
        assert_eq!(written(|out| typed.create(out)), "CREATE TABLE \"acme\".\"t\" OF \"acme\".shape;\n");
    }
}
