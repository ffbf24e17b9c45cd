use diesel::deserialize::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{Sequence, SequenceOptions};

use super::letter;
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A sequence of its own or of a serial column.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    persistence: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(embed)]
    options: Options,
    #[diesel(sql_type = Nullable<Text>)]
    owner_table: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    owner_column: Option<String>,
}

/// How a sequence counts, as columns of its row.
#[derive(Clone, Copy, QueryableByName)]
pub(super) struct Options {
    #[diesel(sql_type = BigInt)]
    start: i64,
    #[diesel(sql_type = BigInt)]
    increment: i64,
    #[diesel(sql_type = BigInt)]
    min: i64,
    #[diesel(sql_type = BigInt)]
    max: i64,
    #[diesel(sql_type = BigInt)]
    cache: i64,
    #[diesel(sql_type = Bool)]
    cycle: bool,
}

impl Member for Row {
    const CLASS: u32 = class::RELATION;
    const READING: &'static str = "read the sequences of the template";
    const QUERY: &'static str = include_str!("sequences.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Sequence {
            name: name.to_owned(),
            persistence: letter::read(&self.persistence)?,
            data_type: catalog.deparsed(&self.data_type)?,
            options: self.options.into(),
            owned_by: self.owner_table.zip(self.owner_column),
        })
    }
}

impl From<Options> for SequenceOptions {
    fn from(options: Options) -> Self {
        let Options { start, increment, min, max, cache, cycle } = options;
        Self { start, increment, min, max, cache, cycle }
    }
}
