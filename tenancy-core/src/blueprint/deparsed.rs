use super::reparse;
use crate::name::{Ident, SchemaName};
use crate::script::Script;

/// The name that the template bears while PostgreSQL deparses it.
///
/// It always needs quoting (upper case and a blank), so PostgreSQL always writes it between double quotes.
///
/// ```
/// # use tenancy_core::blueprint::Sentinel;
/// assert_eq!(Sentinel::new("7f3a").ident().to_string(), r#""Tenancy Sentinel 7f3a""#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentinel(String);

impl Sentinel {
    /// A sentinel that is told apart by `unique`, which must be such that no text of the template can hold it:
    /// a hash over the template's own state, which would change if the text were written.
    pub fn new(unique: &str) -> Self {
        Self(format!("Tenancy Sentinel {unique}"))
    }

    /// The name, unquoted.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as an identifier in SQL.
    pub fn ident(&self) -> Ident<'_> {
        Ident::new(&self.0)
    }
}

/// SQL that PostgreSQL wrote itself, with holes where the name of the schema stands.
///
/// The quotes around a hole belong to the text: in an array of `regclass` they are escaped
/// (`'{"\"...\".tickets"}'`). A [`SchemaName`] holds only `a-z`, `0-9` and `_`, so it is the same between any
/// kind of quotes.
///
/// ```
/// # use tenancy_core::blueprint::{Deparsed, Sentinel};
/// # use tenancy_core::name::SchemaName;
/// let sentinel = Sentinel::new("1");
/// let written = format!("nextval('{}.seq'::regclass) || 'base_template'", sentinel.ident());
/// let default = Deparsed::split(&written, &sentinel)?;
/// let acme = SchemaName::parse("tenant_acme")?;
/// assert_eq!(default.join(&acme), r#"nextval('"tenant_acme".seq'::regclass) || 'base_template'"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deparsed {
    // The schema stands between each part and the next.
    parts: Vec<Box<str>>,
}

/// The sentinel stands where PostgreSQL would not have quoted it: it is text and no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sentinel stands outside of double quotes in `{text}`")]
pub struct StraySentinel {
    /// The text that was split.
    pub text: String,
}

impl Deparsed {
    /// Splits `text` at every reference to `sentinel`.
    ///
    /// Where PostgreSQL would not read the text back as what it wrote, casts are added that make it do so and change
    /// nothing: `((a AND b) AND c)` becomes `((a AND b)::boolean AND c)`.
    ///
    /// # Errors
    ///
    /// [`StraySentinel`] when it stands anywhere but between double quotes.
    pub fn split(text: &str, sentinel: &Sentinel) -> Result<Self, StraySentinel> {
        let stable = reparse::stable(text);
        let parts: Vec<Box<str>> = stable.split(sentinel.as_str()).map(Box::from).collect();
        let quoted = parts.windows(2).all(|pair| match pair {
            [before, after] => before.ends_with('"') && after.trim_start_matches('\\').starts_with('"'),
            _ => true,
        });
        if quoted { Ok(Self { parts }) } else { Err(StraySentinel { text: text.to_owned() }) }
    }

    /// The SQL with `schema` in every hole.
    pub fn join(&self, schema: &SchemaName) -> String {
        self.parts.join(schema.as_str())
    }

    pub(super) fn append_to(&self, mut script: Script, schema: &SchemaName) -> Script {
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                // Nothing in a schema's name needs escaping, so PostgreSQL's own quotes still fit.
                script = script.deparsed(schema.as_str());
            }
            script = script.deparsed(part);
        }
        script
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Result<Deparsed, StraySentinel> {
        Deparsed::split(&text.replace('@', "Tenancy Sentinel x"), &Sentinel::new("x"))
    }

    #[test]
    fn every_reference_becomes_a_hole_and_everything_else_stays() {
        let acme = SchemaName::parse("acme").unwrap();
        for (text, expected) in [
            (r#""@"."T x" JOIN "@".u"#, r#""acme"."T x" JOIN "acme".u"#),
            (r#"'"@".s'::regclass"#, r#"'"acme".s'::regclass"#),
            (r#"'{"\"@\".t"}'::regclass[]"#, r#"'{"\"acme\".t"}'::regclass[]"#),
            ("'base_template'::text", "'base_template'::text"),
            ("", ""),
            (r#""@""#, r#""acme""#),
        ] {
            assert_eq!(split(text).unwrap().join(&acme), expected);
        }
    }

    #[test]
    fn a_sentinel_outside_of_quotes_is_refused() {
        for text in ["@", "'@'", r#"x @".t"#, r#""@ .t"#, r#""@".t, '@'"#] {
            assert!(split(text).is_err(), "{text}");
        }
    }
}
