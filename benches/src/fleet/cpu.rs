use std::time::Duration;
use std::{fs, thread};

use anyhow::Result;
use diesel::sql_types::Integer;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use crate::herd::Herd;

/// The processor time of all processes of the server: of those that are there, and of those that have ended. Where there
/// is no /proc, or the server is another machine's, nobody knows.
pub(super) struct Cpu {
    postmaster: Option<i32>,
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// What Linux counts processor time in, per second, towards user space.
const TICKS: f64 = 100.0;

impl Cpu {
    /// Of the herd's server.
    pub(super) fn of(herd: &Herd) -> Result<Self> {
        let mut conn = herd.connect()?;
        let backend: Backend = sql_query("SELECT pg_backend_pid() AS pid").get_result(&mut conn)?;
        Ok(Self { postmaster: Process::read(backend.pid).filter(|p| p.is_postgres).map(|p| p.parent) })
    }

    /// Up to now.
    pub(super) fn seconds(&self) -> Option<f64> {
        // Sessions that are just ending would be found nowhere.
        thread::sleep(Duration::from_millis(50));
        let children: u64 = fs::read_dir("/proc")
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(Process::read)
            .filter(|process| Some(process.parent) == self.postmaster)
            .map(|process| process.own)
            .sum();
        let postmaster = Process::read(self.postmaster?)?;
        Some((children + postmaster.own + postmaster.ended) as f64 / TICKS)
    }
}

/// From /proc/PID/stat.
struct Process {
    parent: i32,
    is_postgres: bool,
    own: u64,
    /// Of its children that have ended.
    ended: u64,
}

impl Process {
    fn read(pid: i32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in brackets and may hold anything.
        let (name, rest) = text.rsplit_once(')')?;
        let fields: Vec<_> = rest.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            is_postgres: name.contains("postgres"),
            own: number(11)? + number(12)?,
            ended: number(13)? + number(14)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_is_read() {
        let own = Process::read(std::process::id() as i32).unwrap();
        assert!(own.parent > 0 && !own.is_postgres);
    }
}
