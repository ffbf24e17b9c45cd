use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{Cast, CastContext, CastMethod};

use super::letter::{self, Letter};
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A cast.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Nullable<Text>)]
    function: Option<String>,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Text)]
    context: String,
}

impl Letter for CastContext {
    const CATALOGUE: &'static str = "pg_cast.castcontext";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "e" => Some(Self::Explicit),
            "a" => Some(Self::Assignment),
            "i" => Some(Self::Implicit),
            _ => None,
        }
    }
}

impl Member for Row {
    const CLASS: u32 = class::CAST;
    const READING: &'static str = "read the casts of the template's types";
    const QUERY: &'static str = include_str!("casts.sql");

    fn define(self, _name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        let method = match (self.method.as_str(), catalog.deparsed_if(self.function.as_deref())?) {
            ("f", Some(function)) => CastMethod::Function(function),
            ("b", _) => CastMethod::Binary,
            ("i", _) => CastMethod::InOut,
            _ => return Err(CaptureError::Unknown { catalogue: "pg_cast.castmethod", value: self.method }),
        };
        Ok(Cast {
            source: catalog.deparsed(&self.source)?,
            target: catalog.deparsed(&self.target)?,
            method,
            context: letter::read(&self.context)?,
        })
    }
}
