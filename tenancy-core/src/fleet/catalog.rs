use serde::Serialize;

/// A migration, as far as planning needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// Diesel's version: the digits in front of the name, without hyphens.
    pub version: String,
    /// The directory's name.
    pub name: String,
    /// Whether it runs inside a transaction (`run_in_transaction` of its `metadata.toml`).
    pub transactional: bool,
}

/// The migrations there are, in the order in which they are applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog(Vec<Migration>);

/// Migrations that cannot be put in order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("migrations `{first}` and `{second}` have the same version {version}: rename one of them")]
pub struct CatalogError {
    /// The version they share.
    pub version: String,
    /// One of them.
    pub first: String,
    /// The other.
    pub second: String,
}

impl Catalog {
    /// Puts migrations in order: by version, as text, as Diesel does.
    ///
    /// # Errors
    ///
    /// [`CatalogError`] when two have one version.
    pub fn new(mut migrations: Vec<Migration>) -> Result<Self, CatalogError> {
        migrations.sort_by(|a, b| (&a.version, &a.name).cmp(&(&b.version, &b.name)));
        for pair in migrations.windows(2) {
            if pair[0].version == pair[1].version {
                return Err(CatalogError {
                    version: pair[0].version.clone(),
                    first: pair[0].name.clone(),
                    second: pair[1].name.clone(),
                });
            }
        }
        Ok(Self(migrations))
    }

    /// The migrations, oldest first.
    pub fn migrations(&self) -> &[Migration] {
        &self.0
    }

    /// Their versions, oldest first.
    pub fn versions(&self) -> Vec<&str> {
        self.0.iter().map(|m| m.version.as_str()).collect()
    }

    /// The newest version, if there is any migration.
    pub fn newest(&self) -> Option<&str> {
        self.0.last().map(|m| m.version.as_str())
    }

    /// The migration of this version.
    pub fn find(&self, version: &str) -> Option<&Migration> {
        self.0.iter().find(|m| m.version == version)
    }

    /// What is missing when `applied` is there, oldest first. A gap counts: a migration that was merged late
    /// is applied although newer ones are there already.
    pub fn missing<'a>(&'a self, applied: &'a [String]) -> impl Iterator<Item = &'a Migration> {
        self.0.iter().filter(move |m| !applied.contains(&m.version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(version: &str) -> Migration {
        Migration { version: version.into(), name: format!("{version}_x"), transactional: true }
    }

    #[test]
    fn a_late_merged_migration_is_missing_although_newer_ones_are_there() {
        let catalog = Catalog::new(vec![migration("3"), migration("1"), migration("2")]).unwrap();
        let applied = ["1".to_owned(), "3".to_owned()];
        assert_eq!(catalog.missing(&applied).map(|m| m.version.as_str()).collect::<Vec<_>>(), ["2"]);
        assert_eq!(catalog.newest(), Some("3"));
    }

    #[test]
    fn one_version_twice_is_refused() {
        assert_eq!(Catalog::new(vec![migration("1"), migration("1")]).unwrap_err().version, "1");
    }
}
