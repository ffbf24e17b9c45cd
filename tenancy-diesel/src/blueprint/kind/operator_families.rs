use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::OperatorFamily;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// An operator family.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    method: String,
}

impl Member for Row {
    const CLASS: u32 = class::OPERATOR_FAMILY;
    const READING: &'static str = "read the operator families of the template";
    const QUERY: &'static str = include_str!("operator_families.sql");

    fn title(&self, name: &str) -> String {
        format!("{name} using {}", self.method)
    }

    fn define(self, name: &str, _catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(OperatorFamily { name: name.to_owned(), method: self.method })
    }
}
