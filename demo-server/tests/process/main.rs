//! The real program with its embedded server: started, asked, stopped, killed, started again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A running support desk. Killed when a test fails.
struct Server {
    child: Child,
    port: u16,
    banner: String,
}

impl Server {
    fn start(data_dir: &Path) -> Self {
        let mut child = command(data_dir).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = say.send(line);
            }
        });
        let (mut banner, mut port) = (String::new(), None);
        while !banner.contains("Ctrl-C") {
            let line = said.recv_timeout(Duration::from_secs(120)).expect("the banner appears");
            if let Some((_, address)) = line.split_once("Support desk on http://127.0.0.1:") {
                port = address.trim().parse().ok();
            }
            banner.push_str(&line);
            banner.push('\n');
        }
        Self { child, port: port.expect("the banner names the port"), banner }
    }

    /// Status and body.
    fn ask(&self, method: &str, host: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}:{}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    fn signal(&self, signal: &str) {
        // The shell's own: a bare system has no such program.
        let kill = format!("kill {signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for the end; says whether it was a good one.
    fn ended(&mut self) -> bool {
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo-server"));
    command
        .env_remove("DATABASE_URL")
        .env("TENANCY_DATA_DIR", data_dir)
        .env("PORT", "0")
        .env("ADMIN_TOKEN", "a token for tests only")
        .stdin(Stdio::null());
    command
}

#[test]
fn data_survives_a_stop_and_a_kill() {
    let temp = tempfile::tempdir().unwrap();
    // As root the embedded server runs as somebody else, who must be able to pass.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(temp.path(), open).unwrap();
    let data_dir = temp.path().join("data");

    let mut server = Server::start(&data_dir);
    assert!(
        server.banner.contains("http://acme.localhost:") && server.banner.contains("psql"),
        "{}",
        server.banner
    );
    assert!(!server.banner.contains("a token for tests only"), "a given token is not shown");
    let (status, tickets) = server.ask("GET", "acme.localhost", "/api/tickets", "");
    assert!(status == 200 && tickets.contains("rocket skates"), "{status} {tickets}");
    let sign_up = r#"{"name": "Initech", "subdomain": "initech"}"#;
    assert_eq!(server.ask("POST", "localhost", "/signup", sign_up).0, 201);
    let customer = r#"{"name": "Milton", "email": "milton@initech.example"}"#;
    assert_eq!(server.ask("POST", "initech.localhost", "/api/customers", customer).0, 201);
    server.signal("-TERM");
    assert!(server.ended(), "SIGTERM is a good end");
    assert!(!data_dir.join("data/postmaster.pid").exists(), "the embedded server was stopped");

    let mut server = Server::start(&data_dir);
    let customers = server.ask("GET", "initech.localhost", "/api/customers", "");
    assert!(customers.0 == 200 && customers.1.contains("Milton"), "{customers:?}");
    assert_eq!(server.ask("POST", "localhost", "/signup", sign_up).0, 409);
    let late = r#"{"name": "Bill", "email": "bill@initech.example"}"#;
    assert_eq!(server.ask("POST", "initech.localhost", "/api/customers", late).0, 201);
    server.signal("-KILL");
    assert!(!server.ended());

    let mut server = Server::start(&data_dir);
    let customers = server.ask("GET", "initech.localhost", "/api/customers", "").1;
    assert!(customers.contains("Milton") && customers.contains("Bill"), "{customers}");
    server.signal("-INT");
    assert!(server.ended(), "Ctrl-C is a good end");
}

#[test]
fn a_setting_that_makes_no_sense_keeps_it_from_starting() {
    let temp = tempfile::tempdir().unwrap();
    let output = command(temp.path()).env("POOL_SIZE", "many").output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(complaint.contains("POOL_SIZE is `many`"), "{complaint}");
}

#[test]
fn a_database_that_is_away_is_named_as_the_reason() {
    let temp = tempfile::tempdir().unwrap();
    let url = "postgres://nobody@127.0.0.1:1/nowhere";
    let output = command(temp.path()).env("DATABASE_URL", url).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(complaint.contains("cannot be reached"), "{complaint}");
}
