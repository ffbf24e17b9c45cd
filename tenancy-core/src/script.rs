//! SQL text, assembled from trusted pieces only.

use std::fmt::{self, Write as _};

use crate::name::{Ident, Literal, SchemaName};

/// A piece of SQL that consists of text written in this library, quoted identifiers and quoted literals.
///
/// There is no way to append a `&str` that is not a constant of the program: user text enters as an
/// [`Ident`], a [`Literal`] or a [`SchemaName`]. What PostgreSQL itself deparsed (a view's definition, a
/// default) enters through [`Script::deparsed`].
///
/// ```
/// # use tenancy_core::{name::Ident, script::Script};
/// let script = Script::new("DROP SCHEMA ").ident(Ident::new("tenant_acme")).sql(" CASCADE");
/// assert_eq!(script.as_str(), r#"DROP SCHEMA "tenant_acme" CASCADE"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script(String);

impl Script {
    /// Starts with a constant.
    pub fn new(sql: &'static str) -> Self {
        Self(sql.to_owned())
    }

    /// Appends a constant.
    #[must_use]
    pub fn sql(mut self, sql: &'static str) -> Self {
        self.0.push_str(sql);
        self
    }

    /// Appends an identifier.
    #[must_use]
    pub fn ident(self, ident: Ident<'_>) -> Self {
        self.display(ident)
    }

    /// Appends a schema's name as an identifier.
    #[must_use]
    pub fn schema(self, schema: &SchemaName) -> Self {
        self.display(schema.ident())
    }

    /// Appends a text literal.
    #[must_use]
    pub fn literal(self, text: &str) -> Self {
        self.display(Literal::new(text))
    }

    /// Appends a whole number.
    #[must_use]
    pub fn number(self, number: i64) -> Self {
        self.display(number)
    }

    /// Appends another script.
    #[must_use]
    pub fn script(mut self, other: &Script) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// Appends SQL that PostgreSQL wrote itself (`pg_get_viewdef` and the like). Never pass anything else.
    #[must_use]
    pub fn deparsed(mut self, sql: &str) -> Self {
        self.0.push_str(sql);
        self
    }

    /// Appends the text of a migration, which the operator wrote and may do anything, as statements of its own. Never pass
    /// anything else.
    #[must_use]
    pub fn migration(mut self, sql: &str) -> Self {
        self.0.push_str(sql);
        // The line break ends a trailing comment.
        self.0.push_str("\n;\n");
        self
    }

    /// The SQL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn display(mut self, piece: impl fmt::Display) -> Self {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{piece}");
        self
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
