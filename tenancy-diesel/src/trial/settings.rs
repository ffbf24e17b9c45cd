//! Settings as a migration of the fleet finds them: a clone sets some until the end of the transaction, and so may each
//! migration, whose own transaction would end there.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use diesel::{RunQueryDsl as _, sql_query};
use tenancy_core::script::Script;

use crate::error::Error;
use crate::ownership;

/// What can be set in a transaction, by name; whatever a migration is allowed to set, and no more than the session is.
const READ: &str = "SELECT s.name, s.setting FROM pg_catalog.pg_settings AS s \
    WHERE s.context OPERATOR(pg_catalog.=) ANY (ARRAY['user', 'superuser']) \
    AND s.name OPERATOR(pg_catalog.<>) ALL (ARRAY['transaction_isolation', 'transaction_read_only', 'transaction_deferrable'])";

/// The settings of a session.
pub(super) struct Settings(Vec<Setting>);

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    setting: String,
}

impl Settings {
    /// As they are.
    pub(super) fn read(conn: &mut PgConnection) -> Result<Self, Error> {
        sql_query(READ).load(conn).map(Self).map_err(Error::query("read the settings of the session"))
    }

    /// Makes them what they were, and acts as the login again.
    pub(super) fn restore(&self, conn: &mut PgConnection) -> Result<(), Error> {
        let restoring = || Error::query("restore the settings of the session");
        conn.batch_execute(ownership::AS_LOGIN).map_err(restoring())?;
        let now = Self::read(conn)?;
        let changed = self.0.iter().filter(|setting| !now.0.contains(setting));
        let script = changed.fold(Script::default(), |script, setting| {
            // `setting` is in the parameter's own unit, which a number without one is.
            script
                .sql("SELECT pg_catalog.set_config(")
                .literal(&setting.name)
                .sql(", ")
                .literal(&setting.setting)
                .sql(", true);\n")
        });
        if script.as_str().is_empty() {
            return Ok(());
        }
        conn.batch_execute(script.as_str()).map_err(restoring())
    }
}
