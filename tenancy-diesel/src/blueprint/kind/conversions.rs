use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Conversion;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A conversion between encodings.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Bool)]
    is_default: bool,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Text)]
    function: String,
}

impl Member for Row {
    const CLASS: u32 = class::CONVERSION;
    const READING: &'static str = "read the conversions of the template";
    const QUERY: &'static str = include_str!("conversions.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Conversion {
            name: name.to_owned(),
            default: self.is_default,
            source: self.source,
            target: self.target,
            function: catalog.deparsed(&self.function)?,
        })
    }
}
