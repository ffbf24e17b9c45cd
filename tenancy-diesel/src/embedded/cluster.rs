//! The files of a server: made once by initdb, kept between runs.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::account::Account;
use super::binaries::ServerBinaries;
use super::error::EmbeddedError;
use super::home::Home;
use super::password;

/// A data directory that the given binaries can run, and its password.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) password: String,
}

impl Cluster {
    /// Opens the cluster in a directory, or makes one. The caller holds the directory's lock.
    pub(super) fn open_or_create(
        home: &Home,
        binaries: &ServerBinaries,
        account: &Account,
        durable: bool,
    ) -> Result<Self, EmbeddedError> {
        if home.data().exists() {
            check_version(home, binaries)?;
            return Ok(Self { password: password::read(&home.password_file())? });
        }
        create(home, binaries, account, durable)
    }
}

/// The data gets its name only when it is complete, so a run that is killed in the middle of initdb leaves
/// nothing that looks like a cluster.
fn create(
    home: &Home,
    binaries: &ServerBinaries,
    account: &Account,
    durable: bool,
) -> Result<Cluster, EmbeddedError> {
    let password = password::generate()?;
    password::write_private(&home.password_file(), &password::to_pgpass(&password))?;

    let data = home.unfinished_data();
    DirBuilder::new().mode(0o700).create(&data).map_err(EmbeddedError::io("create", &data))?;
    account.give(&data)?;
    let password_file = home.initdb_password_file();
    password::write_private(&password_file, &password)?;
    account.give(&password_file)?;

    let initdb = binaries.tool("initdb");
    let output = account
        .command(&initdb)
        .args(initdb_arguments(binaries.major(), cfg!(target_os = "macos"), durable, &data, &password_file))
        .current_dir(&data)
        .output()
        .map_err(EmbeddedError::io("run", &initdb))?;
    fs::remove_file(&password_file).map_err(EmbeddedError::io("remove", &password_file))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(EmbeddedError::Initdb { dir: home.dir().to_path_buf(), output: complaint });
    }
    fs::rename(&data, home.data()).map_err(EmbeddedError::io("rename", &data))?;
    Ok(Cluster { password })
}

/// How a cluster is made.
///
/// `--no-locale` would be simpler, but then `lower('É')` is `É`, also inside of full-text search. From 17 on
/// PostgreSQL brings its own Unicode tables (manual, "Builtin" locale provider); before, C.UTF-8 comes from the
/// operating system, where macOS has no locale of that name.
fn initdb_arguments(
    major: u32,
    macos: bool,
    durable: bool,
    data: &Path,
    password_file: &Path,
) -> Vec<OsString> {
    let locale: &[&str] = match (major, macos) {
        (17.., _) => &["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
        (_, true) => &["--locale=en_US.UTF-8"],
        (_, false) => &["--locale=C.UTF-8"],
    };
    let username = format!("--username={}", password::USER);
    let mut arguments: Vec<OsString> =
        ["--encoding=UTF8", "--auth=scram-sha-256", "--no-instructions"].map(OsString::from).into();
    arguments.push(username.into());
    arguments.extend(locale.iter().map(OsString::from));
    if !durable {
        arguments.push("--no-sync".into());
    }
    arguments.extend([OsString::from("--pwfile"), password_file.into(), "--pgdata".into(), data.into()]);
    arguments
}

/// A server only reads what its own major version wrote.
fn check_version(home: &Home, binaries: &ServerBinaries) -> Result<(), EmbeddedError> {
    let file = home.data().join("PG_VERSION");
    let text = fs::read_to_string(&file).map_err(EmbeddedError::io("read", &file))?;
    let found = text.trim();
    if found == binaries.major().to_string() {
        return Ok(());
    }
    Err(EmbeddedError::WrongVersion {
        dir: home.dir().to_path_buf(),
        found: found.chars().take(16).collect(),
        wanted: binaries.major(),
        binaries: binaries.dir().to_path_buf(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(major: u32, macos: bool, durable: bool) -> String {
        initdb_arguments(major, macos, durable, Path::new("/d"), Path::new("/p"))
            .iter()
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn the_locale_folds_case_beyond_ascii_on_every_version() {
        assert!(arguments(14, false, true).contains("--locale=C.UTF-8"));
        assert!(arguments(16, true, true).contains("--locale=en_US.UTF-8"));
        assert!(arguments(17, true, true).contains("--locale-provider=builtin --builtin-locale=C.UTF-8"));
    }

    #[test]
    fn every_cluster_asks_for_a_password() {
        for major in [14, 18] {
            assert!(arguments(major, false, false).contains("--auth=scram-sha-256"));
        }
    }

    #[test]
    fn only_a_durable_cluster_is_written_through_to_the_disk() {
        assert!(arguments(15, false, false).contains("--no-sync"));
        assert!(!arguments(15, false, true).contains("--no-sync"));
    }
}
