//! What one would use without the library: a plain r2d2 pool.

use std::time::Duration;

use anyhow::Result;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, ConnectionError, PgConnection};
use r2d2::{ManageConnection, Pool};

/// Plain connections, all with one search path.
pub(crate) struct Plain {
    url: String,
    set_up: String,
}

/// A pool of one plain connection. `ping` is r2d2's default: a `SELECT 1` before each loan.
pub(crate) fn pool(url: &str, search_path: &str, ping: bool) -> Result<Pool<Plain>> {
    let plain = Plain { url: url.to_owned(), set_up: format!("SET search_path TO {search_path}") };
    Ok(Pool::builder().max_size(1).test_on_check_out(ping).build(plain)?)
}

/// A pool of `size` plain connections without a ping, whose callers wait for a minute.
pub(crate) fn pool_of(size: u32, url: &str, search_path: &str) -> Result<Pool<Plain>> {
    let plain = Plain { url: url.to_owned(), set_up: format!("SET search_path TO {search_path}") };
    let timeout = Duration::from_secs(60);
    Ok(Pool::builder().max_size(size).test_on_check_out(false).connection_timeout(timeout).build(plain)?)
}

impl ManageConnection for Plain {
    type Connection = PgConnection;
    type Error = ConnectionError;

    fn connect(&self) -> Result<PgConnection, ConnectionError> {
        let mut conn = PgConnection::establish(&self.url)?;
        conn.batch_execute(&self.set_up).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut PgConnection) -> Result<(), ConnectionError> {
        conn.batch_execute("SELECT 1").map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, _conn: &mut PgConnection) -> bool {
        false
    }
}
