use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{Collation, CollationProvider};

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A collation.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Nullable<Text>)]
    collate: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    ctype: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    locale: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    rules: Option<String>,
    #[diesel(sql_type = Bool)]
    deterministic: bool,
}

impl Member for Row {
    const CLASS: u32 = class::COLLATION;
    const READING: &'static str = "read the collations of the template";
    const QUERY: &'static str = include_str!("collations.sql");

    fn define(self, name: &str, _catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        let locale = self.locale.unwrap_or_default();
        let provider = match self.provider.as_str() {
            "c" => CollationProvider::Libc {
                collate: self.collate.unwrap_or_default(),
                ctype: self.ctype.unwrap_or_default(),
            },
            "i" => CollationProvider::Icu { locale, rules: self.rules },
            "b" => CollationProvider::Builtin { locale },
            _ => {
                return Err(CaptureError::Unknown {
                    catalogue: "pg_collation.collprovider",
                    value: self.provider,
                });
            }
        };
        Ok(Collation { name: name.to_owned(), provider, deterministic: self.deterministic })
    }
}
