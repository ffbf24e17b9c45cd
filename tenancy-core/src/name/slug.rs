use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::error::shown;
use super::{NameError, reserved};

/// What a tenant is called: in host names, on the command line and inside its schema's name.
///
/// Text form, a contract: `^[a-z0-9_]+$`, 1 to [`TenantSlug::MAX_BYTES`] bytes, not
/// [reserved](super::reserved). There is no upper case (PostgreSQL would fold `Acme` and `acme` into one
/// unquoted name) and no `Default`.
///
/// ```
/// # use tenancy_core::name::TenantSlug;
/// assert_eq!("acme_corp".parse::<TenantSlug>()?.as_str(), "acme_corp");
/// assert!("Acme".parse::<TenantSlug>().is_err());
/// assert!("admin".parse::<TenantSlug>().is_err());
/// # Ok::<(), tenancy_core::name::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantSlug(String);

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern, compiled by the first test that runs")]
    Regex::new("^[a-z0-9_]+$").expect("the slug pattern compiles")
});

impl TenantSlug {
    /// The longest slug: `tenant_` and 56 bytes make PostgreSQL's 63.
    pub const MAX_BYTES: usize = 56;

    /// Parses a slug.
    ///
    /// # Errors
    ///
    /// A [`NameError`] that says which rule `slug` breaks.
    pub fn parse(slug: &str) -> Result<Self, NameError> {
        if slug.is_empty() {
            return Err(NameError::Empty { max: Self::MAX_BYTES });
        }
        // The regex crate's `$` matches only at the very end, never before a trailing newline.
        if !PATTERN.is_match(slug) {
            let found = slug.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_')).unwrap_or('\n');
            return Err(NameError::Character { name: shown(slug), found });
        }
        if slug.len() > Self::MAX_BYTES {
            return Err(NameError::TooLong { name: shown(slug), length: slug.len(), max: Self::MAX_BYTES });
        }
        if reserved::is_reserved(slug) {
            return Err(NameError::Reserved { name: slug.to_owned() });
        }
        Ok(Self(slug.to_owned()))
    }

    /// The slug that the first label of a host name stands for: host names know no `_`, so `-` stands for it
    /// (`acme-corp.example.com` is `acme_corp`), and they are case-insensitive.
    ///
    /// # Errors
    ///
    /// As [`TenantSlug::parse`]; a label that contains `_` itself is refused, so that one tenant has one name.
    pub fn from_host_label(label: &str) -> Result<Self, NameError> {
        if label.contains('_') {
            return Err(NameError::Character { name: shown(label), found: '_' });
        }
        Self::parse(&label.to_ascii_lowercase().replace('-', "_"))
    }

    /// The label of a host name that stands for this slug (`acme_corp` is `acme-corp`).
    ///
    /// A slug that starts or ends with `_`, or has `--` at the third place, makes a label that some
    /// registries refuse; it still resolves.
    pub fn host_label(&self) -> String {
        self.0.replace('_', "-")
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TenantSlug {
    type Err = NameError;

    fn from_str(slug: &str) -> Result<Self, NameError> {
        Self::parse(slug)
    }
}

impl TryFrom<String> for TenantSlug {
    type Error = NameError;

    fn try_from(slug: String) -> Result<Self, NameError> {
        Self::parse(&slug)
    }
}

impl From<TenantSlug> for String {
    fn from(slug: TenantSlug) -> String {
        slug.0
    }
}

impl AsRef<str> for TenantSlug {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_slugs_are_taken_as_they_are() {
        for slug in ["a", "acme", "acme_corp", "2024", "_x", "a1_b2", &"a".repeat(56)] {
            assert_eq!(TenantSlug::parse(slug).unwrap().as_str(), slug);
        }
    }

    #[test]
    fn everything_outside_the_pattern_is_refused_and_named() {
        for (slug, found) in [
            ("Acme", 'A'),
            ("a-b", '-'),
            ("a b", ' '),
            ("a\n", '\n'),
            ("a\"b", '"'),
            ("é", 'é'),
            ("a\0", '\0'),
        ] {
            assert_eq!(TenantSlug::parse(slug), Err(NameError::Character { name: slug.to_owned(), found }));
        }
        assert_eq!(TenantSlug::parse(""), Err(NameError::Empty { max: 56 }));
    }

    #[test]
    fn fifty_seven_bytes_are_one_too_many() {
        assert!(matches!(
            TenantSlug::parse(&"a".repeat(57)),
            Err(NameError::TooLong { length: 57, max: 56, .. })
        ));
    }

    #[test]
    fn reserved_names_are_refused() {
        for slug in ["public", "base_template", "admin", "www", "api", "tenancy", "pg_toast"] {
            assert_eq!(TenantSlug::parse(slug), Err(NameError::Reserved { name: slug.to_owned() }));
        }
    }

    #[test]
    fn a_host_label_and_a_slug_are_one_to_one() {
        let slug = TenantSlug::from_host_label("Acme-Corp").unwrap();
        assert_eq!(slug.as_str(), "acme_corp");
        assert_eq!(slug.host_label(), "acme-corp");
        assert!(TenantSlug::from_host_label("acme_corp").is_err());
    }

    #[test]
    fn a_long_hostile_name_is_shortened_in_the_message() {
        let message = TenantSlug::parse(&"'".repeat(10_000)).unwrap_err().to_string();
        assert!(message.len() < 200, "{message}");
    }
}
