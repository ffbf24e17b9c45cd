use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Operator;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// An operator.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    signature: String,
    #[diesel(sql_type = Text)]
    symbol: String,
    #[diesel(sql_type = Text)]
    function: String,
    #[diesel(sql_type = Nullable<Text>)]
    left_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    right_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    commutator: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    negator: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    restrict_function: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    join_function: Option<String>,
    #[diesel(sql_type = Bool)]
    hashes: bool,
    #[diesel(sql_type = Bool)]
    merges: bool,
}

impl Member for Row {
    const CLASS: u32 = class::OPERATOR;
    const READING: &'static str = "read the operators of the template";
    const QUERY: &'static str = include_str!("operators.sql");

    fn title(&self, _name: &str) -> String {
        self.signature.clone()
    }

    fn define(self, _name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Operator {
            symbol: catalog.deparsed(&self.symbol)?,
            function: catalog.deparsed(&self.function)?,
            left: catalog.deparsed_if(self.left_type.as_deref())?,
            right: catalog.deparsed_if(self.right_type.as_deref())?,
            commutator: catalog.deparsed_if(self.commutator.as_deref())?,
            negator: catalog.deparsed_if(self.negator.as_deref())?,
            restrict: catalog.deparsed_if(self.restrict_function.as_deref())?,
            join: catalog.deparsed_if(self.join_function.as_deref())?,
            hashes: self.hashes,
            merges: self.merges,
        })
    }
}
