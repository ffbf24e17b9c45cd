use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Transform;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A transform.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Nullable<Text>)]
    from_sql: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    to_sql: Option<String>,
}

impl Member for Row {
    const CLASS: u32 = class::TRANSFORM;
    const READING: &'static str = "read the transforms of the template's types";
    const QUERY: &'static str = include_str!("transforms.sql");

    fn define(self, _name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Transform {
            data_type: catalog.deparsed(&self.data_type)?,
            language: self.language,
            from_sql: catalog.deparsed_if(self.from_sql.as_deref())?,
            to_sql: catalog.deparsed_if(self.to_sql.as_deref())?,
        })
    }
}
