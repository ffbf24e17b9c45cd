use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Ident, NameError, plain};

/// A schema that this library may create, pin, migrate or drop.
///
/// Text form, a contract: `^[a-z0-9_]+$`, at most 63 bytes, none of PostgreSQL's own, neither `public` nor the
/// control plane (`tenancy`). It therefore holds no quote, comma or backslash, and is the same inside an
/// identifier and inside a literal.
///
/// Made from a slug by [`SchemaNaming::schema_for`](super::SchemaNaming::schema_for), or parsed from a row of
/// the registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchemaName(String);

impl SchemaName {
    /// Parses a schema's name.
    ///
    /// # Errors
    ///
    /// A [`NameError`] that says which rule `name` breaks.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        plain::check(name)?;
        let reason = match name {
            "information_schema" => "it belongs to PostgreSQL",
            "public" => "every tenant sees it",
            "tenancy" => "it is the control plane",
            _ => return Ok(Self(name.to_owned())),
        };
        Err(NameError::ForeignSchema { name: name.to_owned(), reason })
    }

    /// Whether schemas of this name wait for tenants: `spare_` and 32 hexadecimal digits. No tenant's is called so.
    pub fn is_spare(&self) -> bool {
        let hexadecimal = |id: &str| id.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        self.0.strip_prefix("spare_").is_some_and(|id| id.len() == 32 && hexadecimal(id))
    }

    /// The schema's name, unquoted.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The schema's name as an identifier in SQL.
    pub fn ident(&self) -> Ident<'_> {
        Ident::new(&self.0)
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for SchemaName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::parse(name)
    }
}

impl TryFrom<String> for SchemaName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::parse(&name)
    }
}

impl From<SchemaName> for String {
    fn from(name: SchemaName) -> String {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_of_others_are_refused() {
        for name in ["public", "tenancy", "pg_catalog", "pg_temp", "information_schema"] {
            assert!(matches!(SchemaName::parse(name), Err(NameError::ForeignSchema { .. })), "{name}");
        }
    }

    #[test]
    fn a_spare_is_told_by_its_whole_name() {
        let is_spare = |name: &str| SchemaName::parse(name).unwrap().is_spare();
        assert!(is_spare("spare_0123456789abcdef0123456789abcdef"));
        for other in [
            "spare_parts",
            "spare_0123456789abcdef0123456789abcde",
            "spare_0123456789abcdef0123456789abcdef0",
            "spare_0123456789abcdef0123456789abcdeg",
            "a_spare_0123456789abcdef0123456789abcdef",
        ] {
            assert!(!is_spare(other), "{other}");
        }
    }

    #[test]
    fn a_name_that_would_need_care_inside_sql_is_no_schema_name() {
        for name in ["", "a\"b", "a'b", "a,b", "a\\b", "Tenant", "a b", "ü"] {
            assert!(SchemaName::parse(name).is_err(), "{name}");
        }
        assert!(SchemaName::parse(&"x".repeat(64)).is_err());
    }
}
