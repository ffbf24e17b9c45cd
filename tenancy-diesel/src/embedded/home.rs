//! The directory in which everything of one server is kept.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::EmbeddedError;

/// The directory of one server. It belongs to us; only the cluster inside belongs to the server's account,
/// so that a server that runs as another account can neither read the password nor plant links for us.
#[derive(Debug, Clone)]
pub(super) struct Home {
    dir: PathBuf,
}

impl Home {
    /// Makes the directory, or takes one that this module made before.
    pub(super) fn prepare(dir: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        let dir = std::path::absolute(dir).map_err(EmbeddedError::io("find", dir))?;
        create_passage(&dir, account)?;
        // One spelling for each directory: leftover servers are recognised by the path in their arguments.
        let dir = dir.canonicalize().map_err(EmbeddedError::io("find", &dir))?;
        let home = Self { dir };
        if !home.lock_file().exists() && !is_empty(&home.dir)? {
            return Err(EmbeddedError::NotOurs { dir: home.dir });
        }
        fs::set_permissions(&home.dir, Permissions::from_mode(account.passage_mode()))
            .map_err(EmbeddedError::io("change the mode of", &home.dir))?;
        if !account.can_enter(&home.dir) {
            return Err(EmbeddedError::NotReachable { dir: home.dir, account: account.name().to_owned() });
        }
        Ok(home)
    }

    /// A directory that is known to be ours.
    pub(super) fn existing(dir: &Path) -> Result<Self, EmbeddedError> {
        Ok(Self { dir: dir.canonicalize().map_err(EmbeddedError::io("find", dir))? })
    }

    /// Who owns the data in a directory that may not even exist yet.
    pub(super) fn owner_of_data(dir: &Path) -> Option<u32> {
        fs::symlink_metadata(dir.join("data")).ok().map(|metadata| metadata.uid())
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// PostgreSQL's own data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The same while initdb works on it. What has this name was never finished.
    pub(super) fn unfinished_data(&self) -> PathBuf {
        self.dir.join("data.unfinished")
    }

    /// The password in the format of `PGPASSFILE`.
    pub(super) fn password_file(&self) -> PathBuf {
        self.dir.join("pgpass")
    }

    /// The password for initdb, which reads it as the server's account.
    pub(super) fn initdb_password_file(&self) -> PathBuf {
        self.dir.join("initdb.password")
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    pub(super) fn previous_log_file(&self) -> PathBuf {
        self.dir.join("server.log.previous")
    }

    /// The port of the last run, so that a saved `psql` command works again.
    pub(super) fn port_file(&self) -> PathBuf {
        self.dir.join("port")
    }

    /// Held while a server runs. Its presence also says that the directory is ours.
    pub(super) fn lock_file(&self) -> PathBuf {
        self.dir.join("tenancy.lock")
    }

    /// PostgreSQL's note of its process, port and state.
    pub(super) fn postmaster_pid(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }
}

/// Where data goes when nobody says: below the current directory, or, where the account that has to run the
/// server cannot go there, below `/var/lib/tenancy` with a name that belongs to the current directory.
pub(super) fn default_dir(account: &Account) -> Result<PathBuf, EmbeddedError> {
    let here = std::env::current_dir().map_err(EmbeddedError::io("find", Path::new(".")))?;
    if account.can_enter(&here) {
        return Ok(here.join(".tenancy/postgresql"));
    }
    let dir = Path::new("/var/lib/tenancy").join(name_for(&here));
    tracing::info!(
        data_dir = %dir.display(),
        "the account `{}` cannot enter `{}`, so the data is kept elsewhere",
        account.name(),
        here.display()
    );
    Ok(dir)
}

/// Two checkouts of the same name must not share one server, so a hash of the whole path is added. FNV-1a,
/// since the hashes of the standard library may change with its version.
fn name_for(dir: &Path) -> String {
    let hash = dir
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{name}-{hash:08x}")
}

/// Makes a directory and its missing parents, whatever the umask says.
fn create_passage(dir: &Path, account: &Account) -> Result<(), EmbeddedError> {
    let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.exists()).collect();
    let mode = account.passage_mode();
    for dir in missing.into_iter().rev() {
        match DirBuilder::new().mode(mode).create(dir) {
            // Somebody who starts at the same time; the lock will decide.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            other => other.map_err(EmbeddedError::io("create", dir))?,
        }
        fs::set_permissions(dir, Permissions::from_mode(mode))
            .map_err(EmbeddedError::io("change the mode of", dir))?;
    }
    Ok(())
}

fn is_empty(dir: &Path) -> Result<bool, EmbeddedError> {
    let mut entries = fs::read_dir(dir).map_err(EmbeddedError::io("read", dir))?;
    Ok(entries.next().is_none())
}
