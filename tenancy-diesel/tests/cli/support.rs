use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};
use serde_json::Value;
use tempfile::TempDir;
use tenancy_diesel::embedded::{TestDatabase, test_server};

/// An operator with an empty directory and an empty database.
pub(crate) struct Operator {
    directory: TempDir,
    database: TestDatabase,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Operator {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), database: test_server().fresh_database() }
    }

    /// With the control plane and a hand-made template of one table, `tickets`.
    pub(crate) fn initialized() -> Self {
        let operator = Self::new();
        operator
            .sql("CREATE SCHEMA base_template; CREATE TABLE base_template.tickets (id serial, title text)");
        operator.tenancy("init").ok();
        operator
    }

    /// Runs `tenancy` with `arguments` cut at blanks.
    pub(crate) fn tenancy(&self, arguments: &str) -> Ran {
        self.tenancy_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn tenancy_with(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).env("DATABASE_URL", self.database.url()))
    }

    /// The same without DATABASE_URL.
    pub(crate) fn without_url(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null());
        for name in ["DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn sql(&self, sql: &str) {
        PgConnection::establish(self.database.url()).unwrap().batch_execute(sql).unwrap();
    }

    /// A migration in the default directory; `number` orders it.
    pub(crate) fn migration(&self, number: u32, name: &str, up: &str, down: &str) {
        self.migration_in("migrations/tenant", number, name, up, down);
    }

    pub(crate) fn migration_in(&self, directory: &str, number: u32, name: &str, up: &str, down: &str) {
        let directory = self.path().join(directory).join(format!("2026-11-20-{number:06}_{name}"));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("up.sql"), up).unwrap();
        std::fs::write(directory.join("down.sql"), down).unwrap();
    }

    /// So many tenants: t000, t001, ..
    pub(crate) fn tenants(&self, number: usize) {
        let slugs: Vec<String> = (0..number).map(|n| format!("t{n:03}")).collect();
        std::fs::write(self.path().join("slugs"), slugs.join("\n")).unwrap();
        self.tenancy("create --from-file slugs --no-proof").ok();
    }

    /// What `sql` counts.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let mut conn = PgConnection::establish(self.database.url()).unwrap();
        diesel::sql_query(sql).get_result::<Row>(&mut conn).unwrap().count
    }

    /// Waits until `sql` counts `number` or more.
    #[track_caller]
    pub(crate) fn until(&self, sql: &str, number: i64) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.count(sql) < number {
            assert!(Instant::now() < until, "it does not come to {number}: {sql}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs it on a terminal of 80 columns, to which `typed` is typed; what was on the screen, and whether it exited with 0.
    pub(crate) fn on_a_terminal(&self, arguments: &str, typed: &str) -> (String, bool) {
        let line = format!("stty cols 80 rows 24; exec {} {arguments}", env!("CARGO_BIN_EXE_tenancy"));
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).current_dir(self.path()).env("TERM", "xterm");
        command.env("DATABASE_URL", self.url()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
    }

    /// A session of somebody else.
    pub(crate) fn session(&self) -> Session {
        Session(PgConnection::establish(self.database.url()).unwrap())
    }

    /// Starts `tenancy` and does not wait for it.
    pub(crate) fn start(&self, arguments: &str) -> Running {
        let mut command = self.command(&arguments.split_whitespace().collect::<Vec<_>>());
        command.env("DATABASE_URL", self.database.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(command.spawn().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// A session of somebody else.
pub(crate) struct Session(PgConnection);

impl Session {
    pub(crate) fn run(&mut self, sql: &str) {
        self.0.batch_execute(sql).unwrap();
    }
}

/// A command that goes on meanwhile.
pub(crate) struct Running(Child);

impl Running {
    /// Sends it a signal: INT, TERM, KILL.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Waits for its end, which it came to by itself.
    #[track_caller]
    pub(crate) fn ended(self) -> Ran {
        let (ran, signal) = self.whatever();
        assert_eq!(signal, None, "{ran:?}");
        ran
    }

    /// Waits for its end, whatever that is: what it left behind, and the signal that ended it.
    pub(crate) fn whatever(self) -> (Ran, Option<i32>) {
        let output = self.0.wait_with_output().unwrap();
        let ran = Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        (ran, output.status.signal())
    }
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts that it went well; what it printed.
    #[track_caller]
    pub(crate) fn ok(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        &self.stdout
    }

    /// Asserts that it failed with `code`; what it said.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "{self:?}");
        &self.stderr
    }

    /// What stdout holds: one JSON object a line.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}: {self:?}"));
        self.stdout.lines().map(parse).collect()
    }

    /// The last of them: the report of a run.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        let report = self.lines().pop().unwrap();
        assert_eq!(report["event"], "report", "{self:?}");
        report
    }

    /// What stdout holds: one JSON document and nothing else.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
