use tenancy_core::script::Script;
use tenancy_core::structure::Form;

/// One question to one catalogue: which objects of the schema it describes, and what it says about them.
///
/// All are SQL of this library, evaluated while `search_path` is the schema itself; `home` and `own` are the common
/// table expressions of [`statement`](super::statement).
pub(super) struct Branch {
    /// What the objects are.
    pub(super) kind: &'static str,
    /// The OID of the catalogue, and the OID of the object in it, by which comments and labels are found.
    pub(super) address: (&'static str, &'static str),
    /// The names that tell an object from others of its kind, quoted where SQL needs it.
    pub(super) names: &'static [&'static str],
    /// What is compared.
    pub(super) properties: &'static [Property],
    /// Where it stands.
    pub(super) from: &'static str,
    /// The branch is asked only when one of these was found in a schema; always, when empty.
    pub(super) needs: &'static [i32],
}

/// One thing that can differ.
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) sql: &'static str,
}

/// A value as it is.
pub(super) const fn plain(name: &'static str, sql: &'static str) -> Property {
    Property { name, form: Form::Plain, sql }
}

/// SQL that PostgreSQL deparsed.
pub(super) const fn deparsed(name: &'static str, sql: &'static str) -> Property {
    Property { name, form: Form::Deparsed, sql }
}

/// Lines in any order.
pub(super) const fn set(name: &'static str, sql: &'static str) -> Property {
    Property { name, form: Form::Set, sql }
}

/// An object without an address of its own.
pub(super) const NOWHERE: (&str, &str) = ("0", "0");

impl Branch {
    /// Whether it must be asked when `found` is what the schemas hold.
    pub(super) fn is_needed(&self, found: &[i32]) -> bool {
        self.needs.is_empty() || self.needs.iter().any(|need| found.contains(need))
    }

    /// `class, oid, line`: everything in one text.
    pub(super) fn digest(&self) -> Script {
        let mut row = self.start().sql("ROW(").sql(self.kind);
        for sql in self.names.iter().copied().chain(self.properties.iter().map(|property| property.sql)) {
            row = row.sql(", ").sql(sql);
        }
        row.sql(")::text FROM ").sql(self.from)
    }

    /// `class, oid, branch, kind, names, values`.
    pub(super) fn detail(&self, number: usize) -> Script {
        let mut row =
            self.start().number(i64::try_from(number).unwrap_or(-1)).sql(", (").sql(self.kind).sql(")::text");
        row = texts(row, self.names.iter().copied());
        row = texts(row, self.properties.iter().map(|property| property.sql));
        row.sql(" FROM ").sql(self.from)
    }

    fn start(&self) -> Script {
        let (class, oid) = self.address;
        Script::new("SELECT (").sql(class).sql(")::oid, (").sql(oid).sql(")::oid, ")
    }
}

fn texts(mut row: Script, parts: impl Iterator<Item = &'static str>) -> Script {
    row = row.sql(", ARRAY[");
    for (index, sql) in parts.enumerate() {
        row = row.sql(if index == 0 { "(" } else { ", (" }).sql(sql).sql(")::text");
    }
    row.sql("]::text[]")
}
