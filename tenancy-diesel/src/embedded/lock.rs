//! One process per data directory.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::error::EmbeddedError;

/// How long the watchdog of a dead process may take to stop its server.
const PATIENCE: Duration = Duration::from_secs(90);

/// A lock that the kernel releases when everybody who holds it is gone: we and our watchdog, which inherits
/// the open file. `flock` and not `fcntl`, whose locks are not inherited.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of a data directory. Waits for the watchdog of a process that is gone, and refuses
    /// at once when the process is alive.
    pub(super) fn acquire(path: &Path, dir: &Path) -> Result<Self, EmbeddedError> {
        let start = Instant::now();
        loop {
            if let Some(lock) = Self::try_acquire(path)? {
                return Ok(lock);
            }
            let pid = holder(path);
            let waited = start.elapsed();
            // A holder that has the lock, but did not write its number yet, needs a moment.
            if pid.is_some_and(is_alive) {
                return Err(EmbeddedError::InUse { dir: dir.to_path_buf(), pid: pid.unwrap_or_default() });
            }
            if waited > PATIENCE {
                return Err(EmbeddedError::StillStopping {
                    dir: dir.to_path_buf(),
                    pid: pid.unwrap_or_default(),
                    seconds: waited.as_secs(),
                });
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Takes the lock when nobody has it.
    pub(super) fn try_acquire(path: &Path) -> Result<Option<Self>, EmbeddedError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(EmbeddedError::io("open", path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(errno) => return Err(EmbeddedError::io("lock", path)(errno.into())),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(EmbeddedError::io("write", path))?;
        Ok(Some(Self { file }))
    }

    /// The same lock once more, for a child to hold.
    pub(super) fn share(&self, path: &Path) -> Result<File, EmbeddedError> {
        self.file.try_clone().map_err(EmbeddedError::io("duplicate", path))
    }
}

/// Who wrote its number into the lock file.
fn holder(path: &Path) -> Option<u32> {
    let mut text = String::new();
    File::open(path).ok()?.take(32).read_to_string(&mut text).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// Whether there is a process of this number, ours or not.
pub(super) fn is_alive(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    !matches!(test_kill_process(pid), Err(Errno::SRCH))
}
