use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use tenancy_diesel::core::name::SchemaName;

/// django-tenants, in a virtual environment below `target`, as a process that clones on demand.
pub(super) struct Django {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Django {
    /// Installs and starts it; nothing where there is no Python that can make a virtual environment.
    #[expect(clippy::print_stderr, reason = "says why a row is missing")]
    pub(super) fn start(url: &str) -> Result<Option<Self>> {
        let Some(python) = installed()? else {
            eprintln!("no python3 with venv: the rows of django-tenants are left out");
            return Ok(None);
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/django_tenants_clone.py");
        let mut child = Command::new(python)
            .args(["-W", "ignore", script, url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start django-tenants")?;
        let orders = child.stdin.take().context("its stdin")?;
        let answers = BufReader::new(child.stdout.take().context("its stdout")?);
        Ok(Some(Self { child, orders, answers }))
    }

    pub(super) fn clone(&mut self, template: &SchemaName, schema: &SchemaName) -> Result<()> {
        writeln!(self.orders, "{template} {schema}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        match answer.trim() {
            "ok" => Ok(()),
            "" => bail!("django-tenants has ended"),
            failure => bail!("{failure}"),
        }
    }
}

impl Drop for Django {
    fn drop(&mut self) {
        // It ends with its input, too; a benchmark that fails should not wait for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn installed() -> Result<Option<PathBuf>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/django-tenants");
    let python = home.join("bin/python");
    if home.join("ready").is_file() {
        return Ok(Some(python));
    }
    let made = Command::new("python3").args(["-m", "venv"]).arg(&home).stdout(Stdio::null()).status();
    if !made.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let status = Command::new(home.join("bin/pip"))
        .args(["install", "-q", "django==5.2.*", "django-tenants==4.0.*", "psycopg[binary]==3.*"])
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "pip could not install django-tenants");
    std::fs::write(home.join("ready"), "")?;
    Ok(Some(python))
}
