use std::fmt::{self, Write as _};

/// An identifier on its way into SQL: always quoted, quotes doubled (PostgreSQL manual, 4.1.1).
///
/// ```
/// # use tenancy_core::name::Ident;
/// assert_eq!(Ident::new("order").to_string(), r#""order""#);
/// assert_eq!(Ident::new(r#"a"b"#).to_string(), r#""a""b""#);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ident<'a>(&'a str);

impl<'a> Ident<'a> {
    /// Takes any text. A statement with a NUL in it, which neither names nor texts can hold, is not sent: Diesel
    /// refuses it, and nothing is cut off. A name of no length is refused by PostgreSQL.
    pub fn new(name: &'a str) -> Self {
        Self(name)
    }
}

impl fmt::Display for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        enclose(f, self.0, '"')
    }
}

/// A text on its way into SQL: quotes doubled, and the `E''` form when it holds a backslash, so that the
/// result means the same whatever `standard_conforming_strings` says (PostgreSQL manual, 4.1.2.1).
///
/// ```
/// # use tenancy_core::name::Literal;
/// assert_eq!(Literal::new("it's").to_string(), "'it''s'");
/// assert_eq!(Literal::new(r"a\b").to_string(), r" E'a\\b'");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    /// Takes any text. For a NUL see [`Ident::new`].
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }
}

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains('\\') {
            // The blank keeps a preceding identifier apart from the E, as `quote_literal` does.
            f.write_str(" E")?;
            return enclose(f, &self.0.replace('\\', r"\\"), '\'');
        }
        enclose(f, self.0, '\'')
    }
}

fn enclose(f: &mut fmt::Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    f.write_char(quote)?;
    for c in text.chars() {
        if c == quote {
            f.write_char(quote)?;
        }
        f.write_char(c)?;
    }
    f.write_char(quote)
}
