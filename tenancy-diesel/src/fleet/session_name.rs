//! What the sessions of a run are called.

use std::{env, fs};

use tenancy_core::fleet::RunnerName;
use tenancy_core::script::Script;

/// Names the session (`application_name`), so that whoever waits for it learns from PostgreSQL which run it belongs to.
/// Outside of transactions, because a rollback would undo it; after each loan, because the gate does.
pub(crate) fn name_session(name: &RunnerName) -> Script {
    Script::new("SET application_name TO ").literal(&name.to_string()).sql(";\n")
}

/// The same until the end of the transaction that is open.
pub(crate) fn name_transaction(name: &RunnerName) -> Script {
    Script::new("SET LOCAL application_name TO ").literal(&name.to_string()).sql(";\n")
}

/// What this machine is called, as far as it is known without asking the network.
pub(crate) fn host_name() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = kernel.or_else(|| env::var("HOSTNAME").ok()).map(|name| name.trim().to_owned());
    told.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(feature = "embedded")]
#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use diesel::connection::SimpleConnection as _;
    use diesel::prelude::*;
    use diesel::sql_types::{Integer, Text};
    use diesel::{PgConnection, QueryableByName, sql_query};
    use tenancy_core::isolation::{Scope, SessionDefaults};

    use tenancy_core::fleet::RunId;

    use super::*;
    use crate::embedded::test_server;
    use crate::pools::{PoolSettings, SessionPool};

    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = Integer)]
        pid: i32,
        #[diesel(sql_type = Text)]
        name: String,
    }

    fn seen(conn: &mut PgConnection) -> Seen {
        sql_query(
            "SELECT pid, application_name AS name FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()",
        )
        .get_result(conn)
        .unwrap()
    }

    #[test]
    fn a_session_has_its_name_until_the_gate_and_passes_the_gate_with_it() {
        let database = test_server().fresh_database();
        let settings = PoolSettings { max_size: 1, ..PoolSettings::default() };
        let url = Arc::new(database.url().to_owned());
        let pool = SessionPool::new(url, &SessionDefaults::default(), &settings, "of a test", Scope::Session);
        let mut loan = pool.control().unwrap();
        let before = seen(loan.conn());
        loan.conn().batch_execute(name_session(&RunnerName::new(RunId(7), "db-1")).as_str()).unwrap();
        assert_eq!(seen(loan.conn()).name, "tenancy migrate run 7 on db-1");
        drop(loan);
        let after = seen(pool.control().unwrap().conn());
        assert_eq!((after.pid, after.name), (before.pid, before.name), "the same session, without the name");
    }

    #[test]
    fn this_machine_has_a_name() {
        let name = RunnerName::new(RunId(1), &host_name());
        assert_eq!(RunnerName::parse(&name.to_string()), Some(name));
    }
}
