use anyhow::Result;
use tenancy_diesel::Tenancy;

use crate::server::Database;
use crate::{desk, wide};

/// What is cloned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    /// The demo's.
    Desk,
    /// With so many tables of five relations each.
    Wide(usize),
}

impl Template {
    pub(super) const ALL: [Self; 3] = [Self::Desk, Self::Wide(40), Self::Wide(180)];

    pub(super) fn title(self) -> String {
        match self {
            Self::Desk => "the demo's template (3 tables)".to_owned(),
            Self::Wide(tables) => format!("a template of {} relations ({tables} tables)", tables * 5),
        }
    }

    pub(super) fn rounds(self) -> usize {
        match self {
            Self::Desk => 15,
            Self::Wide(..100) => 7,
            Self::Wide(_) => 3,
        }
    }

    /// Makes it, where there is none.
    pub(super) fn create(self, database: &Database) -> Result<Tenancy> {
        match self {
            Self::Desk => desk::tenancy(database.url()),
            Self::Wide(tables) => {
                database.sql(&wide::template(tables))?;
                let tenancy = Tenancy::builder().database_url(database.url()).build()?;
                tenancy.init()?;
                Ok(tenancy)
            }
        }
    }
}
