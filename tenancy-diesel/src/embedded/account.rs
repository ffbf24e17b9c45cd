//! As whom the server runs.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::EmbeddedError;

/// What a child process may know of our environment. Everything else is cleared: `PGPORT`, `PGDATA`,
/// `PGOPTIONS` and their kin would change the server, and secrets are none of its business.
const KEPT_VARIABLES: [&str; 5] =
    ["PATH", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

/// The user who runs the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    /// We ourselves.
    Own,
    /// Somebody else, because we are root and PostgreSQL refuses to be.
    Other {
        /// For messages.
        name: String,
        /// Whose processes and files they are.
        uid: u32,
        /// The same for the group.
        gid: u32,
    },
}

impl Account {
    /// Chooses the account. `owner` owns the data that exists already: data that a user made is run as that
    /// user when root comes along.
    pub(super) fn choose(owner: Option<u32>) -> Result<Self, EmbeddedError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        let passwd = Path::new("/etc/passwd");
        let text = fs::read_to_string(passwd).map_err(EmbeddedError::io("read", passwd))?;
        Self::unprivileged(&text, owner).ok_or(EmbeddedError::NoAccount)
    }

    /// The pure half of [`Account::choose`]. Only accounts with an entry count: initdb insists on one.
    fn unprivileged(passwd: &str, owner: Option<u32>) -> Option<Self> {
        let entries: Vec<(&str, u32, u32)> = passwd
            .lines()
            .filter_map(|line| {
                let mut fields = line.split(':');
                let name = fields.next()?;
                let uid = fields.nth(1)?.parse().ok()?;
                let gid = fields.next()?.parse().ok()?;
                (uid != 0).then_some((name, uid, gid))
            })
            .collect();
        let owned = entries.iter().find(|entry| Some(entry.1) == owner);
        let named = |name: &str| entries.iter().find(|entry| entry.0 == name);
        let (name, uid, gid) = *owned.or_else(|| named("postgres")).or_else(|| named("nobody"))?;
        Some(Self::Other { name: name.to_owned(), uid, gid })
    }

    /// A command that runs as this account, with a clean environment and nothing to read.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null()).current_dir("/");
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // A definite locale keeps messages in English, and macOS from starting threads in the postmaster.
        command.env("LC_ALL", "C").env("HOME", "/");
        if let Self::Other { uid, gid, .. } = self {
            // std gives up root's supplementary groups as well when a user is set.
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Makes this account the owner of a file or directory.
    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid, .. } => {
                chown(path, Some(*uid), Some(*gid)).map_err(EmbeddedError::io("change the owner of", path))
            }
        }
    }

    /// Whether this account can enter a directory. Modes, groups and access lists all have a say, so this
    /// asks the kernel instead of working it out.
    pub(super) fn can_enter(&self, dir: &Path) -> bool {
        if *self == Self::Own {
            return true;
        }
        let status = self
            .command("/bin/sh")
            .args(["-c", "cd -- \"$1\"", "sh"])
            .arg(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }

    /// The name for messages.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Own => "the current user",
            Self::Other { name, .. } => name,
        }
    }

    /// The mode of directories on the way to the data. They stay ours; the account may only pass.
    pub(super) fn passage_mode(&self) -> u32 {
        match self {
            Self::Own => 0o700,
            Self::Other { .. } => 0o711,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
                          # a comment\n\
                          nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
                          ann:x:1000:1000::/home/ann:/bin/sh\n";

    fn name(passwd: &str, owner: Option<u32>) -> Option<String> {
        Account::unprivileged(passwd, owner).map(|account| account.name().to_owned())
    }

    #[test]
    fn postgres_goes_before_nobody() {
        let with_postgres = format!("{PASSWD}postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n");
        assert_eq!(name(&with_postgres, None).as_deref(), Some("postgres"));
        assert_eq!(name(PASSWD, None).as_deref(), Some("nobody"));
    }

    #[test]
    fn the_owner_of_existing_data_goes_first() {
        assert_eq!(name(PASSWD, Some(1000)).as_deref(), Some("ann"));
        assert_eq!(name(PASSWD, Some(4711)).as_deref(), Some("nobody"));
    }

    #[test]
    fn root_by_another_name_is_never_chosen() {
        assert_eq!(name("postgres:x:0:0::/:/bin/sh\n", Some(0)), None);
    }
}
