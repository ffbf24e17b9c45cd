//! What goes wrong with a server of one's own.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a server could not be found, started, used or stopped.
///
/// The messages are read by people who ran a demo or a test, so each names the thing and the remedy.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// No place holds a complete PostgreSQL server of a supported version.
    #[error(
        "no PostgreSQL server (14 or newer) found; looked at:\n{searched}\n\
         remedy: run `./dev setup` in a checkout of this project, or install one (`apt-get install postgresql`, \
         `brew install postgresql`), or set TENANCY_PG_BIN to a directory with initdb, postgres and pg_ctl, \
         or set DATABASE_URL to use a server that runs already"
    )]
    NoBinaries {
        /// One line for each place, with what was found there.
        searched: String,
    },

    /// The directory that was named explicitly cannot be used. Others are not tried then.
    #[error("cannot use the PostgreSQL programs in `{}`, which {named_by} names: {reason}", dir.display())]
    UnusableBinaries {
        /// The directory.
        dir: PathBuf,
        /// Who named it: an argument or an environment variable.
        named_by: &'static str,
        /// What is wrong with it.
        reason: String,
    },

    /// The process runs as root and there is nobody else to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and /etc/passwd has neither an account `postgres` nor `nobody`; \
         remedy: run as an ordinary user, or add one of them"
    )]
    NoAccount,

    /// The account that runs the server cannot enter the data directory.
    #[error(
        "the account `{account}`, which runs the server because root may not, cannot enter `{}`; remedy: choose a \
         data directory outside of private directories such as /root", dir.display()
    )]
    NotReachable {
        /// The directory.
        dir: PathBuf,
        /// The account.
        account: String,
    },

    /// The data directory holds files of somebody else.
    #[error(
        "`{}` is not empty and was not made by this library, so it is left alone; remedy: choose another data \
         directory", dir.display()
    )]
    NotOurs {
        /// The directory.
        dir: PathBuf,
    },

    /// Another process has a server on this data directory.
    #[error(
        "the data directory `{}` is in use by process {pid}; remedy: stop that process, or choose another data \
         directory", dir.display()
    )]
    InUse {
        /// The directory.
        dir: PathBuf,
        /// The process that holds it.
        pid: u32,
    },

    /// The process that used this data directory is gone, but its server did not stop in time.
    #[error(
        "the server that process {pid} left on the data directory `{}` did not stop within {seconds} seconds; \
         remedy: look for `postgres -D {}` among the processes and stop it", dir.display(), dir.display()
    )]
    StillStopping {
        /// The directory.
        dir: PathBuf,
        /// The process that held it.
        pid: u32,
        /// How long we waited.
        seconds: u64,
    },

    /// The data was written by another major version of PostgreSQL.
    #[error(
        "the data directory `{}` was made by PostgreSQL {found}, but the server in `{}` is PostgreSQL {wanted}; \
         remedy: set TENANCY_PG_BIN to the programs of PostgreSQL {found}, or remove the directory if its data may \
         be lost", dir.display(), binaries.display()
    )]
    WrongVersion {
        /// The directory.
        dir: PathBuf,
        /// The major version that made it.
        found: String,
        /// The major version that was to run it.
        wanted: u32,
        /// Where that version is.
        binaries: PathBuf,
    },

    /// The file with the password of the server is missing or damaged.
    #[error(
        "the password of the server is not in `{}` any more; remedy: restore the file, or remove its directory \
         if the data may be lost", path.display()
    )]
    PasswordLost {
        /// The password file.
        path: PathBuf,
    },

    /// `initdb` failed.
    #[error("create a PostgreSQL cluster in `{}`: {output}", dir.display())]
    Initdb {
        /// The directory.
        dir: PathBuf,
        /// What initdb said.
        output: String,
    },

    /// The server did not start.
    #[error("start PostgreSQL: {reason}; the end of `{}`:\n{tail}", log.display())]
    Start {
        /// What we saw.
        reason: String,
        /// The log of the server.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },

    /// The server had to be killed, because it did not shut down.
    #[error("PostgreSQL in `{}` did not shut down and was killed; the next start will recover it", dir.display())]
    Stop {
        /// The directory.
        dir: PathBuf,
    },

    /// A database name that would need quoting somewhere.
    #[error(
        "`{name}` is not a database name here; remedy: use 1 to 63 of a-z, 0-9 and _, not starting with a digit"
    )]
    DatabaseName {
        /// The name.
        name: String,
    },

    /// The server runs, but cannot be used.
    #[error("{action} on the server {server}")]
    Query {
        /// What was to be done.
        action: String,
        /// Its address, or the variable that names it.
        server: String,
        /// What the server or libpq said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The operating system refused.
    #[error("{action} `{}`", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: says which file an error is about, which `io::Error` does not.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}
