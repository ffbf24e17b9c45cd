use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::Check;

use crate::blueprint::CaptureError;
use crate::blueprint::catalog::Catalog;

/// The check constraints of a table or domain, as columns of its row.
#[derive(QueryableByName)]
pub(super) struct Checks {
    #[diesel(sql_type = Nullable<Array<Oid>>)]
    check_oids: Option<Vec<u32>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    check_names: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    check_definitions: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Bool>>)]
    check_validated: Option<Vec<bool>>,
}

impl Checks {
    pub(super) fn oids(&self) -> impl Iterator<Item = u32> {
        self.check_oids.iter().flatten().copied()
    }

    pub(super) fn read(&self, catalog: &Catalog<'_>) -> Result<Vec<Check>, CaptureError> {
        let names = self.check_names.iter().flatten();
        let definitions = self.check_definitions.iter().flatten();
        let validated = self.check_validated.iter().flatten();
        names
            .zip(definitions)
            .zip(validated)
            .map(|((name, definition), &validated)| {
                Ok(Check { name: name.clone(), definition: catalog.deparsed(definition)?, validated })
            })
            .collect()
    }
}
