use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::OperatorClass;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// An operator class.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Bool)]
    is_default: bool,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Text)]
    family: String,
    #[diesel(sql_type = Nullable<Text>)]
    storage: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    items: Vec<String>,
}

impl Member for Row {
    const CLASS: u32 = class::OPERATOR_CLASS;
    const READING: &'static str = "read the operator classes of the template";
    const QUERY: &'static str = include_str!("operator_classes.sql");

    fn title(&self, name: &str) -> String {
        format!("{name} using {}", self.method)
    }

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(OperatorClass {
            name: name.to_owned(),
            default: self.is_default,
            data_type: catalog.deparsed(&self.data_type)?,
            method: self.method,
            family: catalog.deparsed(&self.family)?,
            storage: catalog.deparsed_if(self.storage.as_deref())?,
            items: catalog.all_deparsed(&self.items)?,
        })
    }
}
