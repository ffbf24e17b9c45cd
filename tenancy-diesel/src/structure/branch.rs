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
    pub(super) about: About,
}

/// Whether a value names roles. Tenants' schemas may have owners of their own, so the schema's owner is left out.
#[derive(Clone, Copy)]
pub(super) enum About {
    /// It does not.
    Things,
    /// It is a role; NULL stands for the schema's owner.
    Owner,
    /// It is a list of privileges, a line each; `@` stands for the schema's owner.
    Privileges,
}

/// A value as it is.
pub(super) const fn plain(name: &'static str, sql: &'static str) -> Property {
    Property { name, form: Form::Plain, sql, about: About::Things }
}

/// Who owns the object, unless it is the schema's owner: an expression for the role's OID.
pub(super) const fn owner(sql: &'static str) -> Property {
    Property { name: "owner", form: Form::Plain, sql, about: About::Owner }
}

/// Who may do what: an expression for the `aclitem[]`.
pub(super) const fn privileges(sql: &'static str) -> Property {
    Property { name: "privileges", form: Form::Privileges, sql, about: About::Privileges }
}

/// SQL that PostgreSQL deparsed.
pub(super) const fn deparsed(name: &'static str, sql: &'static str) -> Property {
    Property { name, form: Form::Deparsed, sql, about: About::Things }
}

/// Lines in any order.
pub(super) const fn set(name: &'static str, sql: &'static str) -> Property {
    Property { name, form: Form::Set, sql, about: About::Things }
}

/// An object without an address of its own.
pub(super) const NOWHERE: (&str, &str) = ("0", "0");

impl Property {
    /// The expression for the value.
    fn write(&self, row: Script) -> Script {
        match self.about {
            About::Things => row.sql(self.sql),
            About::Owner => row
                .sql("pg_get_userbyid(nullif(")
                .sql(self.sql)
                .sql(", (SELECT own.owner FROM own)))"),
            About::Privileges => row
                .sql("replace(replace(E'\\n' || array_to_string(")
                .sql(self.sql)
                .sql(", E'\\n') || E'\\n', (SELECT own.grantee FROM own), E'\\n@='), (SELECT own.grantor FROM own), E'/@\\n')"),
        }
    }
}

impl Branch {
    /// Whether it must be asked when `found` is what the schemas hold.
    pub(super) fn is_needed(&self, found: &[i32]) -> bool {
        self.needs.is_empty() || self.needs.iter().any(|need| found.contains(need))
    }

    /// `class, oid, line`: everything in one text.
    pub(super) fn digest(&self) -> Script {
        let mut row = self.start().sql("ROW(").sql(self.kind);
        for sql in self.names {
            row = row.sql(", ").sql(sql);
        }
        for property in self.properties {
            row = property.write(row.sql(", "));
        }
        row.sql(")::text FROM ").sql(self.from)
    }

    /// `class, oid, branch, kind, names, values`.
    pub(super) fn detail(&self, number: usize) -> Script {
        let mut row =
            self.start().number(i64::try_from(number).unwrap_or(-1)).sql(", (").sql(self.kind).sql(")::text");
        row = texts(row, self.names, |row, sql| row.sql(sql));
        row = texts(row, self.properties, |row, property| property.write(row));
        row.sql(" FROM ").sql(self.from)
    }

    fn start(&self) -> Script {
        let (class, oid) = self.address;
        Script::new("SELECT (").sql(class).sql(")::oid, (").sql(oid).sql(")::oid, ")
    }
}

fn texts<T>(mut row: Script, parts: &'static [T], write: impl Fn(Script, &'static T) -> Script) -> Script {
    row = row.sql(", ARRAY[");
    for (index, part) in parts.iter().enumerate() {
        row = write(row.sql(if index == 0 { "(" } else { ", (" }), part).sql(")::text");
    }
    row.sql("]::text[]")
}
