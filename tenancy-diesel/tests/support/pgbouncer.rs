//! A PgBouncer of the tests' own.

use std::env;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// When a client gives its session back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Session,
    Transaction,
}

/// A running PgBouncer. It ends with this value, and also when the tests are killed.
pub(crate) struct PgBouncer {
    shell: Child,
    port: u16,
    target: String,
    directory: tempfile::TempDir,
}

impl PgBouncer {
    /// Between the tests and the server of `url`, as the login of `url`, with at most `size` sessions for a database.
    ///
    /// Panics when there is no PgBouncer: these tests are worth nothing without.
    pub(crate) fn start(url: &str, mode: Mode, size: usize) -> Self {
        let program = program();
        let directory = tempfile::Builder::new().prefix("tenancy-pgbouncer-").tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let target = authority(url);
        let (login, address) = target.rsplit_once('@').expect("the URL names a login");
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, server_port) = address.rsplit_once(':').unwrap_or((address, "5432"));
        let mode = match mode {
            Mode::Session => "session",
            Mode::Transaction => "transaction",
        };
        let ini = directory.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n\
             * = host={host} port={server_port} user={user} password={password}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             auth_type = any\n\
             pool_mode = {mode}\n\
             default_pool_size = {size}\n\
             max_client_conn = 500\n\
             query_wait_timeout = 60\n\
             server_login_retry = 1\n\
             log_connections = 0\n\
             log_disconnections = 0\n\
             log_stats = 0\n"
        );
        fs::write(&ini, text).unwrap();
        // The shell waits for its input to end, in whatever way the tests end, and takes PgBouncer along. (KILL:
        // what TERM means depends on the version.)
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", r#""$0" "$1" </dev/null >"$2" 2>&1 & read -r _; kill -9 $!"#])
            .arg(&program)
            .arg(&ini)
            .arg(directory.path().join("log"))
            .current_dir("/")
            .stdin(Stdio::piped());
        if fs::metadata(directory.path()).unwrap().uid() == 0 {
            // PgBouncer refuses to be root.
            let (uid, gid) = unprivileged();
            for path in [directory.path(), &ini] {
                chown(path, Some(uid), Some(gid)).unwrap();
            }
            command.uid(uid).gid(gid);
        }
        let shell = command.spawn().unwrap();
        let bouncer = Self { shell, port, target, directory };
        bouncer.wait();
        bouncer
    }

    /// `url`, through it.
    pub(crate) fn url(&self, url: &str) -> String {
        let login = self.target.rsplit_once('@').unwrap().0;
        url.replace(&authority(url), &format!("{login}@127.0.0.1:{}", self.port))
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "PgBouncer does not start:\n{log}");
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// Where `./dev setup` finds it or puts it.
fn program() -> PathBuf {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(named) = variable("TENANCY_PGBOUNCER") {
        assert!(named.is_file(), "TENANCY_PGBOUNCER names {}, which is not there", named.display());
        return named;
    }
    let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let cache = variable("TENANCY_CACHE_DIR").unwrap_or_else(|| match root {
        true => PathBuf::from("/var/cache/tenancy"),
        false => variable("XDG_CACHE_HOME")
            .unwrap_or_else(|| variable("HOME").unwrap_or_default().join(".cache"))
            .join("tenancy"),
    });
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from));
    let mut candidates =
        places.map(|place| place.join("pgbouncer")).chain([cache.join("pgbouncer/bin/pgbouncer")]);
    candidates.find(|candidate| candidate.is_file()).expect(
        "there is no pgbouncer: run `./dev setup`, which gets it, or name the program in TENANCY_PGBOUNCER",
    )
}

/// Somebody who is not root: `postgres`, or else `nobody`.
fn unprivileged() -> (u32, u32) {
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = passwd.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).expect("an account that is not root's")
}

fn authority(url: &str) -> String {
    url.split_once("://").unwrap().1.split(['/', '?']).next().unwrap().to_owned()
}
