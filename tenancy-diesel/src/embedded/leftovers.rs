//! What a run that was killed leaves behind.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use super::error::EmbeddedError;
use super::home::Home;
use super::lock::{Lock, is_alive};

/// Throw-away directories are called `tenancy-test-<pid>-<random>`.
pub(super) const THROW_AWAY_PREFIX: &str = "tenancy-test-";

/// Cleans up a data directory. The caller holds its lock, so nobody else works on it.
pub(super) fn clear(home: &Home) -> Result<(), EmbeddedError> {
    stop_running(home)?;
    free_reused_pid(home)?;
    remove(&home.unfinished_data())?;
    remove(&home.initdb_password_file())
}

/// Removes the throw-away directories of processes that are gone, with their servers. Best effort: whatever
/// cannot be removed now is left to the next sweep.
pub(super) fn sweep(temp_dir: &Path) {
    let Ok(entries) = fs::read_dir(temp_dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(THROW_AWAY_PREFIX)) else {
            continue;
        };
        let pid = rest.split('-').next().and_then(|pid| pid.parse().ok());
        // Everybody can write to the temporary directory: touch only real directories of our own.
        let ours = fs::symlink_metadata(entry.path())
            .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == geteuid().as_raw());
        if ours && !pid.is_none_or(is_alive) {
            let _ = sweep_one(&entry.path());
        }
    }
}

fn sweep_one(dir: &Path) -> Result<(), EmbeddedError> {
    let home = Home::existing(dir)?;
    // When the lock is taken the watchdog is at work.
    let Some(_lock) = Lock::try_acquire(&home.lock_file())? else { return Ok(()) };
    stop_running(&home)?;
    remove(home.dir())
}

/// Stops a server that outlived both its parent and its watchdog.
fn stop_running(home: &Home) -> Result<(), EmbeddedError> {
    let Some(pid) = recorded_pid(home).filter(|pid| is_postmaster(*pid, &home.data())) else { return Ok(()) };
    tracing::warn!(pid, data_dir = %home.dir().display(), "stop a server that a killed process left behind");
    // A fast shutdown, then an immediate one (PostgreSQL manual, "Shutting Down the Server").
    for (signal, patience) in [(Signal::INT, 30), (Signal::QUIT, 10), (Signal::KILL, 5)] {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // It may end by itself in between.
            let _ = kill_process(pid, signal);
        }
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(patience) {
            if !is_postmaster(pid, &home.data()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    Err(EmbeddedError::StillStopping { dir: home.dir().to_path_buf(), pid, seconds: 45 })
}

/// PostgreSQL refuses to start when the number in `postmaster.pid` is that of a living process, which after a
/// reboot may be anybody. Just removing the file would also switch off the check for shared memory that is
/// still in use by orphaned backends. So our own number goes in: PostgreSQL ignores the number of its parent.
fn free_reused_pid(home: &Home) -> Result<(), EmbeddedError> {
    let Some(pid) = recorded_pid(home).filter(|pid| is_alive(*pid)) else { return Ok(()) };
    let path = home.postmaster_pid();
    let text = fs::read_to_string(&path).map_err(EmbeddedError::io("read", &path))?;
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    tracing::debug!(pid, path = %path.display(), "the process number was reused by another program");
    let owner = fs::metadata(home.data()).map_err(EmbeddedError::io("read", &home.data()))?;
    // Removed and made anew: as root we must not write through a link that the server's account planted.
    remove(&path)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(EmbeddedError::io("write", &path))?;
    fchown(&file, Some(owner.uid()), Some(owner.gid()))
        .and_then(|()| write!(file, "{}\n{rest}", std::process::id()))
        .map_err(EmbeddedError::io("write", &path))
}

fn recorded_pid(home: &Home) -> Option<u32> {
    fs::read_to_string(home.postmaster_pid()).ok()?.lines().next()?.trim().parse().ok()
}

/// Whether a process is the server of this data directory. The number alone does not say: it may have been
/// reused.
pub(super) fn is_postmaster(pid: u32, data: &Path) -> bool {
    let arguments = match fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(arguments) => String::from_utf8_lossy(&arguments).replace('\0', " "),
        Err(_) if Path::new("/proc/self").exists() => return false,
        // macOS has no /proc.
        Err(_) => match Command::new("ps").args(["-o", "args=", "-p", &pid.to_string()]).output() {
            Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
            Err(_) => return false,
        },
    };
    arguments.contains("postgres") && arguments.contains(&format!(" -D {} ", data.display()))
}

fn remove(path: &Path) -> Result<(), EmbeddedError> {
    let removed = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.map_err(EmbeddedError::io("remove", path))
}
