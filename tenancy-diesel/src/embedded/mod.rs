//! A PostgreSQL server of one's own, for demonstrations, development and tests.
//!
//! `cargo run` and `cargo test` should work on a machine with nothing but Rust and a C compiler, so the
//! demo and the tests start their own server from the PostgreSQL programs they find on the machine. They
//! never download any: that is the job of `./dev setup`, which says what it does and uses the machine's
//! package client.
//!
//! * [`ServerBinaries`]: where `initdb`, `postgres` and `pg_ctl` are, and of which version they are.
//! * [`EmbeddedPostgres`]: a running server; dropping it stops the server. Its data is kept.
//! * [`EmbeddedPostgresBuilder`]: where the data is kept and how the server is set.
//! * [`test_server`]: one throw-away [`TestServer`] per test process, which hands out a fresh
//!   [`TestDatabase`] to each test.
//! * [`EmbeddedError`]: what went wrong and what to do about it.
//!
//! ```no_run
//! use tenancy_diesel::embedded::EmbeddedPostgres;
//!
//! # fn main() -> Result<(), tenancy_diesel::embedded::EmbeddedError> {
//! let server = EmbeddedPostgres::builder().database("tenancy").start()?;
//! println!("DATABASE_URL={}", server.url("tenancy"));
//! println!("{}", server.psql_hint());
//! server.stop()
//! # }
//! ```
//!
//! # Who can connect
//!
//! The server listens on 127.0.0.1 only, has no Unix socket, and asks everyone for a password
//! (SCRAM-SHA-256). The password is random, made once per data directory, and kept in a file that only its
//! owner can read, in the format of libpq's password file, so that `psql` can use it without showing it.
//!
//! # Who stops the server
//!
//! A server must not outlive the process that started it, even when that process is killed. Linux has
//! `PR_SET_PDEATHSIG` for this, but it needs `unsafe`, follows the *thread* that spawned the server, and
//! exists nowhere else. Instead a small shell process reads from a pipe of which the parent holds the only
//! write end: when the parent ends, in whatever way, the shell reads the end of the file and stops the
//! server. Server and shell are in process groups of their own, so that Ctrl-C in a terminal reaches the
//! parent alone.
//!
//! The shell also inherits the lock of the data directory. The next start therefore waits until the old
//! server is gone, and there are never two parties who act on one data directory.
//!
//! # As root
//!
//! PostgreSQL refuses to run as root. The server then runs as the account `postgres`, or as `nobody` when
//! there is none, and data and binaries must lie where that account can reach them.

mod account;
mod binaries;
mod builder;
mod cluster;
mod error;
mod home;
mod leftovers;
mod lock;
mod password;
mod process;
mod server;
mod test_server;
mod url;
mod watchdog;

pub use binaries::ServerBinaries;
pub use builder::EmbeddedPostgresBuilder;
pub use error::EmbeddedError;
pub use server::EmbeddedPostgres;
pub use test_server::{TestDatabase, TestServer, test_server};
