use crate::name::{Ident, MAX_IDENTIFIER_BYTES, NameError, SchemaName};
use crate::script::Script;

/// The schemas that every tenant sees behind its own, in order; `public` unless configured.
///
/// A table that is missing in the tenant's schema and present in a shared one is answered from the shared one:
/// keep shared schemas free of names that the template uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedSchemas(Vec<String>);

impl SharedSchemas {
    /// No shared schemas: a tenant sees its own schema and PostgreSQL's catalogue.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// These schemas, in this order. Names are quoted, so upper case and blanks are allowed.
    ///
    /// # Errors
    ///
    /// [`NameError::ForeignSchema`] for `$user`, which stays special when it is quoted and means another schema
    /// for each role, for the control plane, for PostgreSQL's own, and for what holds a NUL;
    /// [`NameError::Empty`], [`NameError::TooLong`].
    pub fn of<I, S>(schemas: I) -> Result<Self, NameError>
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        schemas.into_iter().map(|schema| shareable(schema.into())).collect::<Result<_, _>>().map(Self)
    }

    /// The value of `search_path` for a tenant that lives in `schema`: every element quoted by itself, and
    /// `pg_temp` last, because it is searched *first* when it is not named (PostgreSQL manual, 20.11.1).
    pub fn search_path(&self, schema: &SchemaName) -> Script {
        let path = self
            .0
            .iter()
            .fold(Script::default().schema(schema), |path, shared| path.sql(", ").ident(Ident::new(shared)));
        path.sql(", pg_temp")
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Default for SharedSchemas {
    fn default() -> Self {
        Self(vec!["public".to_owned()])
    }
}

fn shareable(schema: String) -> Result<String, NameError> {
    let reason = match schema.as_str() {
        "" => return Err(NameError::Empty { max: MAX_IDENTIFIER_BYTES }),
        long if long.len() > MAX_IDENTIFIER_BYTES => {
            return Err(NameError::TooLong { length: long.len(), name: schema, max: MAX_IDENTIFIER_BYTES });
        }
        "$user" => "it means another schema for each role",
        "tenancy" => "it is the control plane",
        nul if nul.contains('\0') => "no name can hold a NUL",
        own if own.starts_with("pg_") => "PostgreSQL searches its own schemas by itself",
        _ => return Ok(schema),
    };
    Err(NameError::ForeignSchema { name: schema, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_quoted_by_itself_and_pg_temp_is_last() {
        let schema = SchemaName::parse("tenant_acme").unwrap();
        assert_eq!(
            SharedSchemas::default().search_path(&schema).as_str(),
            r#""tenant_acme", "public", pg_temp"#
        );
        assert_eq!(SharedSchemas::none().search_path(&schema).as_str(), r#""tenant_acme", pg_temp"#);
        assert_eq!(
            SharedSchemas::of(["a, b\""]).unwrap().search_path(&schema).as_str(),
            r#""tenant_acme", "a, b""", pg_temp"#
        );
    }

    #[test]
    fn what_would_not_mean_one_schema_for_all_is_refused() {
        for schema in ["$user", "pg_temp", "pg_catalog", "tenancy", "", "a\0b", &"x".repeat(64)] {
            assert!(SharedSchemas::of([schema]).is_err(), "{schema}");
        }
    }
}
