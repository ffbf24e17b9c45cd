//! The running process of a server.

use std::fs::{self, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::account::Account;
use super::binaries::ServerBinaries;
use super::error::EmbeddedError;
use super::home::Home;
use super::password::HOST;

/// Recovery after a crash replays the log, which takes a while for a large database.
const START_PATIENCE: Duration = Duration::from_secs(120);

/// How often a start is tried again, with another port or after orphaned backends had time to end.
const ATTEMPTS: u32 = 10;

/// How the server is set; names and values as in `postgresql.conf`.
pub(super) type Settings = Vec<(String, String)>;

/// A PostgreSQL server that is our child, so its number cannot be reused under our hands. Dropping this
/// stops it.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    port: u16,
    stopped: bool,
    /// What is thrown away needs no checkpoint.
    throw_away: bool,
}

impl Process {
    /// Starts the server and waits until it accepts connections.
    pub(super) fn start(
        home: &Home,
        binaries: &ServerBinaries,
        account: &Account,
        settings: &Settings,
        throw_away: bool,
    ) -> Result<Self, EmbeddedError> {
        // A missing log is no reason to fail; the new one is made below.
        let _ = fs::rename(home.log_file(), home.previous_log_file());
        let mut preferred =
            fs::read_to_string(home.port_file()).ok().and_then(|port| port.trim().parse().ok());
        let mut attempt = 1;
        loop {
            let port = free_port(preferred.take())?;
            let mut process = Self::spawn(home, binaries, account, settings, port, throw_away)?;
            let Err(reason) = process.wait_until_ready(home) else {
                fs::write(home.port_file(), format!("{port}\n"))
                    .map_err(EmbeddedError::io("write", &home.port_file()))?;
                return Ok(process);
            };
            drop(process);
            let tail = tail(home);
            // Somebody took the port between our look and the server's, or backends of a killed server are
            // still on their way out.
            let transient = ["could not create any TCP/IP sockets", "shared memory block"];
            if attempt == ATTEMPTS || !transient.iter().any(|message| tail.contains(message)) {
                return Err(EmbeddedError::Start { reason, log: home.log_file(), tail });
            }
            attempt += 1;
            thread::sleep(Duration::from_millis(200));
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    fn spawn(
        home: &Home,
        binaries: &ServerBinaries,
        account: &Account,
        settings: &Settings,
        port: u16,
        throw_away: bool,
    ) -> Result<Self, EmbeddedError> {
        let log = home.log_file();
        let stderr = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&log)
            .map_err(EmbeddedError::io("open", &log))?;
        let stdout = stderr.try_clone().map_err(EmbeddedError::io("open", &log))?;
        let program = binaries.tool("postgres");
        let port_text = port.to_string();
        let own = [
            ("listen_addresses", HOST),
            ("port", &port_text),
            ("unix_socket_directories", ""),
            ("logging_collector", "off"),
            ("cluster_name", "tenancy"),
        ];
        let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let child = account
            .command(&program)
            .arg("-D")
            .arg(home.data())
            // Ours come last: a setting cannot open the server to others.
            .args(settings.chain(own).flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]))
            .current_dir(home.data())
            .stdout(stdout)
            .stderr(stderr)
            // Ctrl-C in a terminal goes to its foreground process group, which must be ours alone.
            .process_group(0)
            .spawn()
            .map_err(EmbeddedError::io("start", &program))?;
        Ok(Self { child, port, stopped: false, throw_away })
    }

    /// Waits for the word `ready`, which the server writes into line 8 of `postmaster.pid`. Unlike an attempt
    /// to connect this cannot take another server on the same port for ours.
    fn wait_until_ready(&mut self, home: &Home) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < START_PATIENCE {
            if let Some(status) = self.exit_status() {
                return Err(format!("the server ended at once ({status})"));
            }
            let text = fs::read_to_string(home.postmaster_pid()).unwrap_or_default();
            if is_ready(&text, self.child.id()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(format!("the server was not ready after {} seconds", START_PATIENCE.as_secs()))
    }

    /// Stops the server. Returns whether it shut down cleanly.
    pub(super) fn stop(&mut self) -> bool {
        if self.stopped {
            return true;
        }
        self.stopped = true;
        // PostgreSQL manual, "Shutting Down the Server": fast first, then immediate, then by force.
        let fast = (Signal::INT, Duration::from_secs(60), true);
        let immediate = (Signal::QUIT, Duration::from_secs(10), self.throw_away);
        let force = (Signal::KILL, Duration::from_secs(5), false);
        let steps = if self.throw_away { vec![immediate, force] } else { vec![fast, immediate, force] };
        for (signal, patience, clean) in steps {
            if self.exit_status().is_some() {
                return true;
            }
            if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
                // It is our child and was not waited for, so the number is still its own.
                let _ = kill_process(pid, signal);
            }
            let start = Instant::now();
            while start.elapsed() < patience {
                if self.exit_status().is_some() {
                    return clean;
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
        false
    }

    fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads `postmaster.pid`: the number in line 1 must be that of this server, not of one before.
fn is_ready(postmaster_pid: &str, pid: u32) -> bool {
    let lines: Vec<&str> = postmaster_pid.lines().map(str::trim).collect();
    lines.first() == Some(&pid.to_string().as_str()) && lines.get(7) == Some(&"ready")
}

/// A port that nobody listens on. PostgreSQL cannot choose one itself.
fn free_port(preferred: Option<u16>) -> Result<u16, EmbeddedError> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|socket| socket.local_addr());
    let address = match preferred.map(bind) {
        Some(Ok(address)) => Ok(address),
        _ => bind(0),
    };
    address.map(|address| address.port()).map_err(EmbeddedError::io("find a free port on", HOST.as_ref()))
}

/// The last lines of the log.
fn tail(home: &Home) -> String {
    let text = fs::read(home.log_file()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_server_in_this_state_is_ready() {
        let file = "42\n/d\n1700000000\n5432\n\n127.0.0.1\n  1234  5678\nready   \n";
        assert!(is_ready(file, 42));
        assert!(!is_ready(file, 43));
        assert!(!is_ready(&file.replace("ready", "starting"), 42));
        assert!(!is_ready("", 42));
    }

    #[test]
    fn a_port_that_is_taken_is_replaced() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(Some(port)).unwrap(), port);
        drop(taken);
        assert_eq!(free_port(Some(port)).unwrap(), port);
    }
}
