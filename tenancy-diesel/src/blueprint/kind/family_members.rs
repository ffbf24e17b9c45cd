use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::FamilyMember;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    family: String,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Text)]
    item: String,
}

/// An operator of a family.
#[derive(QueryableByName)]
pub(super) struct OperatorRow {
    #[diesel(embed)]
    entry: Entry,
}

/// A support function of a family.
#[derive(QueryableByName)]
pub(super) struct FunctionRow {
    #[diesel(embed)]
    entry: Entry,
}

impl Entry {
    fn define(self, catalog: &Catalog<'_>) -> Result<FamilyMember, CaptureError> {
        Ok(FamilyMember {
            family: catalog.deparsed(&self.family)?,
            method: self.method,
            item: catalog.deparsed(&self.item)?,
        })
    }
}

impl Member for OperatorRow {
    const CLASS: u32 = class::FAMILY_OPERATOR;
    const READING: &'static str = "read the operators of the template's operator families";
    const QUERY: &'static str = include_str!("family_operators.sql");

    fn define(self, _name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        self.entry.define(catalog)
    }
}

impl Member for FunctionRow {
    const CLASS: u32 = class::FAMILY_FUNCTION;
    const READING: &'static str = "read the functions of the template's operator families";
    const QUERY: &'static str = include_str!("family_functions.sql");

    fn define(self, _name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        self.entry.define(catalog)
    }
}
