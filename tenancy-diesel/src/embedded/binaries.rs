//! Where the programs of a PostgreSQL server are.
//!
//! [`places`] is the pure half: it puts the places to look at into an order. [`ServerBinaries::find`] looks.
//! The script `dev` at the root of the repository looks at the same places in the same order.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use super::error::EmbeddedError;

/// The oldest major version that the library supports.
const OLDEST: u32 = 14;

/// Without these there is no server. `psql` and `pg_dump` are welcome, but not needed.
const REQUIRED: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// Where distributions put servers. A `*` stands for any name; the highest version in it goes first.
const WELL_KNOWN: [&str; 6] = [
    "usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
    "usr/pgsql-*/bin",                                   // Red Hat, Fedora, from the PostgreSQL project
    "usr/libexec/postgresql*",                           // Alpine
    "opt/homebrew/opt/postgresql*/bin",                  // Homebrew on Apple silicon
    "usr/local/opt/postgresql*/bin",                     // Homebrew on Intel
    "Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
];

/// A directory with the programs of one PostgreSQL server of version 14 or newer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerBinaries {
    dir: PathBuf,
    major: u32,
}

impl ServerBinaries {
    /// Finds a server on this machine.
    ///
    /// A directory that is named, here or by `TENANCY_PG_BIN`, is the only one looked at: whoever names one
    /// does not want another version without a word. Otherwise the first usable one of these is taken:
    /// `pg_config --bindir`, the directories of `PATH`, the usual places of Debian, Red Hat, Alpine, Homebrew
    /// and Postgres.app with the highest version first, and the cache that `./dev setup` fills.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::UnusableBinaries`] for a named directory, [`EmbeddedError::NoBinaries`] otherwise;
    /// [`EmbeddedError::NoAccount`] as root without anybody else to run the programs.
    pub fn find(explicit: Option<&Path>) -> Result<Self, EmbeddedError> {
        let named = match explicit {
            Some(dir) => Some((dir.to_path_buf(), "the caller")),
            None => variable("TENANCY_PG_BIN").map(|dir| (PathBuf::from(dir), "TENANCY_PG_BIN")),
        };
        let account = Account::choose(None)?;
        if let Some((dir, named_by)) = named {
            return Self::probe(&dir, &account).map_err(|reason| EmbeddedError::UnusableBinaries {
                dir,
                named_by,
                reason,
            });
        }
        let places = places(&Surroundings::of_this_process(), Path::new("/"));
        Self::first_usable(&places, &account)
    }

    /// The directory of the programs.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The major version, such as 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The path of one program, such as `pg_dump`. Only initdb, postgres and pg_ctl are sure to exist.
    #[must_use]
    pub fn tool(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn first_usable(places: &[Place], account: &Account) -> Result<Self, EmbeddedError> {
        let mut searched = Vec::new();
        for place in places {
            let mut found = Vec::new();
            for dir in &place.dirs {
                match Self::probe(dir, account) {
                    Ok(binaries) => return Ok(binaries),
                    // PATH is full of directories that have nothing to do with PostgreSQL.
                    Err(_) if !REQUIRED.iter().any(|name| dir.join(name).exists()) => {}
                    Err(reason) => found.push(format!("{}: {reason}", dir.display())),
                }
            }
            let found = if found.is_empty() { "nothing there".to_owned() } else { found.join("; ") };
            searched.push(format!("  {}: {found}", place.label));
        }
        Err(EmbeddedError::NoBinaries { searched: searched.join("\n") })
    }

    /// Looks at one directory, and runs `postgres --version` as the account that would run the server.
    fn probe(dir: &Path, account: &Account) -> Result<Self, String> {
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| !dir.join(name).is_file()).collect();
        if !missing.is_empty() {
            return Err(format!("it lacks {}", missing.join(", ")));
        }
        // The server's account has another working directory, so a relative path would lead nowhere.
        let dir = std::path::absolute(dir).map_err(|error| error.to_string())?;
        let output = account
            .command(dir.join("postgres"))
            .arg("--version")
            .output()
            .map_err(|error| format!("{} cannot run its postgres: {error}", account.name()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        match major_version(&said) {
            Some(major) if major >= OLDEST => Ok(Self { dir, major }),
            Some(major) => Err(format!("it is PostgreSQL {major}, older than {OLDEST}")),
            None => {
                let complaint = String::from_utf8_lossy(&output.stderr);
                Err(format!("its postgres does not tell its version: {}", complaint.trim()))
            }
        }
    }
}

/// What the order of the places depends on.
#[derive(Debug, Default)]
struct Surroundings {
    pg_config_bindir: Option<PathBuf>,
    path: Vec<PathBuf>,
    cache: Option<PathBuf>,
}

impl Surroundings {
    fn of_this_process() -> Self {
        let path = variable("PATH").unwrap_or_default();
        Self {
            pg_config_bindir: pg_config_bindir(),
            path: std::env::split_paths(&path).filter(|dir| dir.is_absolute()).collect(),
            cache: cache_dir(
                variable("TENANCY_CACHE_DIR"),
                variable("XDG_CACHE_HOME"),
                variable("HOME"),
                rustix::process::geteuid().is_root(),
            ),
        }
    }
}

/// A place to look at: what to call it, and the directories that it stands for.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    label: String,
    dirs: Vec<PathBuf>,
}

/// The places in the order in which they are looked at. `root` is `/` except in tests.
fn places(surroundings: &Surroundings, root: &Path) -> Vec<Place> {
    let single = |label: &str, dir: &Option<PathBuf>| Place {
        label: label.to_owned(),
        dirs: dir.iter().cloned().collect(),
    };
    let mut places = vec![
        single("pg_config --bindir", &surroundings.pg_config_bindir),
        Place { label: "PATH".to_owned(), dirs: surroundings.path.clone() },
    ];
    places.extend(
        WELL_KNOWN.iter().map(|pattern| Place { label: format!("/{pattern}"), dirs: expand(root, pattern) }),
    );
    let cached = surroundings.cache.as_ref().map(|cache| cache.join("postgresql/bin"));
    let label = match &cached {
        Some(dir) => format!("{} (the cache of `./dev setup`)", dir.display()),
        None => "the cache of `./dev setup`".to_owned(),
    };
    places.push(single(&label, &cached));
    places
}

/// The directories that match a pattern with one `*`, highest version first.
fn expand(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = fs::read_dir(root.join(parent)) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse((version_in(name), name.clone())));
    let after = after.trim_start_matches('/');
    names.into_iter().map(|name| root.join(parent).join(name).join(after)).collect()
}

/// The numbers in a directory name: `pgsql-16` is `[16]`, `9.6` is `[9, 6]`.
fn version_in(name: &str) -> Vec<u32> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// The major version in the answer of `postgres --version`, such as `postgres (PostgreSQL) 15.18 (Debian …)`
/// or `postgres (PostgreSQL) 19beta1`.
fn major_version(answer: &str) -> Option<u32> {
    let (_, version) = answer.split_once("(PostgreSQL) ")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Where `./dev setup` puts what it unpacks. As root not below the home directory, which is private, so that
/// the account that runs the server could not read it.
fn cache_dir(
    tenancy: Option<OsString>,
    xdg: Option<OsString>,
    home: Option<OsString>,
    root: bool,
) -> Option<PathBuf> {
    if let Some(dir) = tenancy {
        return Some(PathBuf::from(dir));
    }
    if root {
        return Some(PathBuf::from("/var/cache/tenancy"));
    }
    xdg.map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(home?).join(".cache")))
        .map(|dir| dir.join("tenancy"))
}

/// `pg_config` may exist without a server (libpq-dev has it), so its answer is only a place to look at.
fn pg_config_bindir() -> Option<PathBuf> {
    let output =
        Command::new("pg_config").arg("--bindir").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    let dir = answer.trim();
    (!dir.is_empty()).then(|| PathBuf::from(dir))
}

/// An environment variable, where empty means not set.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
#[path = "binaries_tests.rs"]
mod tests;
