use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Integer, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{Aggregate, StateChange, Transition};

use super::letter::{self, Letter};
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// An aggregate function.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    signature: String,
    #[diesel(sql_type = Text)]
    arguments: String,
    #[diesel(sql_type = Text)]
    function: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    space: i32,
    #[diesel(sql_type = Nullable<Text>)]
    last: Option<String>,
    #[diesel(sql_type = Bool)]
    last_extra: bool,
    #[diesel(sql_type = Text)]
    modifies: String,
    #[diesel(sql_type = Nullable<Text>)]
    initial: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    moving_function: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    moving_state: Option<String>,
    #[diesel(sql_type = Integer)]
    moving_space: i32,
    #[diesel(sql_type = Nullable<Text>)]
    moving_last: Option<String>,
    #[diesel(sql_type = Bool)]
    moving_last_extra: bool,
    #[diesel(sql_type = Text)]
    moving_modifies: String,
    #[diesel(sql_type = Nullable<Text>)]
    moving_initial: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    inverse: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    combine: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    serialize: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    deserialize: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    sort_operator: Option<String>,
    #[diesel(sql_type = Text)]
    parallel: String,
    #[diesel(sql_type = Bool)]
    hypothetical: bool,
}

impl Letter for StateChange {
    const CATALOGUE: &'static str = "pg_aggregate.aggfinalmodify";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "r" => Some(Self::ReadOnly),
            "s" => Some(Self::Shareable),
            "w" => Some(Self::ReadWrite),
            _ => None,
        }
    }
}

impl Member for Row {
    const CLASS: u32 = class::ROUTINE;
    const READING: &'static str = "read the aggregates of the template";
    const QUERY: &'static str = include_str!("aggregates.sql");

    fn title(&self, _name: &str) -> String {
        self.signature.clone()
    }

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        let moving = match (&self.moving_function, &self.moving_state, &self.inverse) {
            (Some(function), Some(state), Some(inverse)) => {
                let moving = Transition {
                    function: catalog.deparsed(function)?,
                    state: catalog.deparsed(state)?,
                    space: self.moving_space,
                    last: last(catalog, self.moving_last.as_deref(), self.moving_last_extra)?,
                    modifies: letter::read(&self.moving_modifies)?,
                    initial: self.moving_initial,
                };
                Some((moving, catalog.deparsed(inverse)?))
            }
            _ => None,
        };
        Ok(Aggregate {
            name: name.to_owned(),
            arguments: catalog.deparsed(&self.arguments)?,
            transition: Transition {
                function: catalog.deparsed(&self.function)?,
                state: catalog.deparsed(&self.state)?,
                space: self.space,
                last: last(catalog, self.last.as_deref(), self.last_extra)?,
                modifies: letter::read(&self.modifies)?,
                initial: self.initial,
            },
            moving,
            combine: catalog.deparsed_if(self.combine.as_deref())?,
            serialize: catalog.deparsed_if(self.serialize.as_deref())?,
            deserialize: catalog.deparsed_if(self.deserialize.as_deref())?,
            sort_operator: catalog.deparsed_if(self.sort_operator.as_deref())?,
            parallel: letter::read(&self.parallel)?,
            hypothetical: self.hypothetical,
        })
    }
}

fn last(
    catalog: &Catalog<'_>,
    function: Option<&str>,
    extra: bool,
) -> Result<Option<(tenancy_core::blueprint::Deparsed, bool)>, CaptureError> {
    Ok(catalog.deparsed_if(function)?.map(|function| (function, extra)))
}
