//! The way of shell scripts.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tenancy_diesel::embedded::ServerBinaries;

/// The `psql` beside the server's programs, or the first on the path.
pub(crate) struct Psql {
    program: PathBuf,
    url: String,
    directory: TempDir,
}

impl Psql {
    /// For the database at `url`.
    pub(crate) fn find(url: &str) -> Result<Self> {
        let own = ServerBinaries::find(None).map(|binaries| binaries.tool("psql")).ok();
        let program = own.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("psql"));
        Ok(Self { program, url: url.to_owned(), directory: tempfile::tempdir()? })
    }

    /// Writes `sql` into a file.
    pub(crate) fn write(&self, sql: &str) -> Result<PathBuf> {
        let path = self.directory.path().join("script.sql");
        std::fs::write(&path, sql)?;
        Ok(path)
    }

    /// Runs the file in one transaction.
    pub(crate) fn run(&self, file: &Path) -> Result<()> {
        self.run_in("public", file)
    }

    /// Runs the file in one transaction, in a schema.
    pub(crate) fn run_in(&self, schema: &str, file: &Path) -> Result<()> {
        let output = Command::new(&self.program)
            .env("PGOPTIONS", format!("-c search_path={schema}"))
            .args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", &self.url, "-f"])
            .arg(file)
            .output()
            .with_context(|| format!("run {}", self.program.display()))?;
        ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}
