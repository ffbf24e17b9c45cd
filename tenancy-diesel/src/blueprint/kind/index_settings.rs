use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Integer, Nullable, SmallInt, Text};
use tenancy_core::blueprint::kind::IndexSettings;

/// What the definition of an index leaves out, as columns of its row.
#[derive(QueryableByName)]
pub(super) struct Settings {
    #[diesel(sql_type = Nullable<Text>)]
    tablespace: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    partition_of: Option<String>,
    #[diesel(sql_type = Bool)]
    clustered: bool,
    #[diesel(sql_type = Bool)]
    replica_identity: bool,
    #[diesel(sql_type = Nullable<Array<SmallInt>>)]
    statistics_columns: Option<Vec<i16>>,
    #[diesel(sql_type = Nullable<Array<Integer>>)]
    statistics_targets: Option<Vec<i32>>,
}

impl From<Settings> for IndexSettings {
    fn from(row: Settings) -> Self {
        let columns = row.statistics_columns.into_iter().flatten();
        Self {
            tablespace: row.tablespace,
            statistics: columns.zip(row.statistics_targets.into_iter().flatten()).collect(),
            partition_of: row.partition_of,
            clustered: row.clustered,
            replica_identity: row.replica_identity,
        }
    }
}
