use std::fmt;

/// The name of a migration, in Diesel's form: `2026-03-01-000000_backfill`. What stands in front of the first `_`,
/// without hyphens, is its version.
///
/// ```
/// # use tenancy_core::migration::MigrationName;
/// let name = MigrationName::parse("2026-03-01-000000_backfill")?;
/// assert_eq!((name.version(), name.as_str()), ("20260301000000", "2026-03-01-000000_backfill"));
/// # Ok::<(), tenancy_core::migration::MigrationNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationName {
    name: String,
    version: String,
}

/// What is no name of a migration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is no name of a migration: digits (hyphens may stand between them), `_`, then letters, digits, `_` and \
     `-`, as in `2026-03-01-000000_add_email`; the digits at most {}, the whole at most {} characters",
    MigrationName::MAX_VERSION,
    MigrationName::MAX_LENGTH
)]
pub struct MigrationNameError {
    /// What was to be the name.
    pub name: String,
}

impl MigrationName {
    /// As much as Diesel's bookkeeping table holds.
    pub const MAX_VERSION: usize = 50;
    /// As much as a directory's name may be long on any file system that matters.
    pub const MAX_LENGTH: usize = 200;

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// [`MigrationNameError`] when Diesel could not read a version from it, or it could be no directory's name.
    pub fn parse(name: &str) -> Result<Self, MigrationNameError> {
        let refused = || MigrationNameError { name: name.to_owned() };
        let (front, rest) = name.split_once('_').ok_or_else(refused)?;
        let version = front.replace('-', "");
        let plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let valid = front.starts_with(|first: char| first.is_ascii_digit())
            && version.bytes().all(|byte| byte.is_ascii_digit())
            && version.len() <= Self::MAX_VERSION
            && name.len() <= Self::MAX_LENGTH
            && plain
            && rest.contains(|letter: char| letter.is_ascii_alphanumeric());
        if valid { Ok(Self { name: name.to_owned(), version }) } else { Err(refused()) }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The version, by which migrations are ordered and recorded.
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl fmt::Display for MigrationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_and_a_word_make_a_name() {
        for (name, version) in
            [("1_a", "1"), ("2026-03-01-000000_add-email_2", "20260301000000"), ("20260301_x_y", "20260301")]
        {
            assert_eq!(MigrationName::parse(name).unwrap().version(), version);
        }
    }

    #[test]
    fn anything_else_is_refused_and_named() {
        let long = format!("{}_a", "1".repeat(51));
        for name in
            ["", "a", "1", "_a", "-1_a", "1_", "1__", "a_b", "1a_b", "1_a/b", "1_a b", "1_ä", "../1_a", &long]
        {
            let error = MigrationName::parse(name).unwrap_err();
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
    }
}
