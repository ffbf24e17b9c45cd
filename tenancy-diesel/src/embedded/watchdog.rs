//! Stops the server when this process is gone.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::account::Account;
use super::error::EmbeddedError;

/// Waits for the end of the process that made it, which it sees as the end of its input, and stops the
/// server. Runs as the server's account, because pg_ctl refuses to run as root.
///
/// Tries three times: we may have been killed after we started a server, but before it wrote the file by which
/// pg_ctl finds it. No `exec`, so that the shell keeps the lock, its standard error, until all is done.
const STOP: &str = r#"
trap '' HUP INT TERM
read -r _
for attempt in 1 2 3; do
    "$1" stop -D "$2" -m "$3" -w -t 60 >/dev/null 2>&1 && break
    [ "$attempt" = 3 ] || sleep 1
done
"#;

/// Waits for the end of the stopper, and removes a throw-away directory. Runs as we do, since the directory
/// is ours.
const REMOVE: &str = r#"
trap '' HUP INT TERM
read -r _
exec rm -rf -- "$1"
"#;

/// The two shells. Dropping this ends them, so the server must have been stopped before.
#[derive(Debug)]
pub(super) struct Watchdog {
    /// Holds the write end of its input, which nobody else has: std opens pipes with CLOEXEC.
    stopper: Child,
    remover: Option<Child>,
}

impl Watchdog {
    /// Starts watching over `data`. The directory `throw_away` goes together with the server.
    pub(super) fn start(
        account: &Account,
        pg_ctl: &Path,
        data: &Path,
        lock: File,
        throw_away: Option<&Path>,
    ) -> Result<Self, EmbeddedError> {
        let shell = Path::new("/bin/sh");
        // What is thrown away needs no checkpoint.
        let mode = if throw_away.is_some() { "immediate" } else { "fast" };
        let mut stopper = account
            .command(shell)
            .args(["-c", STOP, "tenancy-watchdog"])
            .args([pg_ctl, data])
            .arg(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(lock)
            // Ctrl-C in a terminal goes to its foreground process group, which must be ours alone.
            .process_group(0)
            .spawn()
            .map_err(EmbeddedError::io("start", shell))?;
        let stopper_is_gone = stopper.stdout.take();
        let mut watchdog = Self { stopper, remover: None };
        if let (Some(home), Some(input)) = (throw_away, stopper_is_gone) {
            let remover = Command::new(shell)
                .args(["-c", REMOVE, "tenancy-watchdog"])
                .arg(home)
                .current_dir("/")
                .stdin(input)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()
                .map_err(EmbeddedError::io("start", shell))?;
            watchdog.remover = Some(remover);
        }
        Ok(watchdog)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Failures mean that they are gone already, which is what we want.
        let _ = self.stopper.kill();
        let _ = self.stopper.wait();
        if let Some(remover) = &mut self.remover {
            let _ = remover.wait();
        }
    }
}
