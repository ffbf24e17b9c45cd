use crate::blueprint::Stage;
use crate::blueprint::render::{Render, Writer};

/// A collation. A new one has the version of the provider's data as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collation {
    /// Its name.
    pub name: String,
    /// Who sorts.
    pub provider: CollationProvider,
    /// Whether what sorts alike is the same.
    pub deterministic: bool,
}

/// Who sorts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CollationProvider {
    /// The operating system.
    Libc {
        /// The locale by which texts are sorted.
        collate: String,
        /// The locale of letters.
        ctype: String,
    },
    /// ICU.
    Icu {
        /// The locale.
        locale: String,
        /// Rules that are added.
        rules: Option<String>,
    },
    /// PostgreSQL, from 17 on.
    Builtin {
        /// The locale.
        locale: String,
    },
}

impl Render for Collation {
    fn stage(&self) -> Stage {
        Stage::Collation
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE COLLATION ").name(&self.name).sql(" (PROVIDER = ");
        match &self.provider {
            CollationProvider::Libc { collate, ctype } => {
                out.sql("libc, LC_COLLATE = ").literal(collate).sql(", LC_CTYPE = ").literal(ctype);
            }
            CollationProvider::Icu { locale, rules } => {
                out.sql("icu, LOCALE = ").literal(locale);
                if let Some(rules) = rules {
                    out.sql(", RULES = ").literal(rules);
                }
            }
            CollationProvider::Builtin { locale } => {
                out.sql("builtin, LOCALE = ").literal(locale);
            }
        }
        out.sql(if self.deterministic { ")" } else { ", DETERMINISTIC = false)" }).end();
    }
}
