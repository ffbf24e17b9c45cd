use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tenancy_diesel::core::name::SchemaName;
use tenancy_diesel::embedded::ServerBinaries;

/// `pg_dump`, with the template's name replaced wherever it stands, into `psql`: what Apartment does.
pub(super) struct Dumped {
    pg_dump: String,
    psql: String,
    url: String,
}

impl Dumped {
    pub(super) fn new(url: &str) -> Self {
        let tool = |name: &str| {
            let own = ServerBinaries::find(None).map(|binaries| binaries.tool(name)).ok();
            let own = own.filter(|path| path.is_file()).map(|path| path.display().to_string());
            own.unwrap_or_else(|| name.to_owned())
        };
        Self { pg_dump: tool("pg_dump"), psql: tool("psql"), url: url.to_owned() }
    }

    pub(super) fn clone(&self, template: &SchemaName, schema: &SchemaName) -> Result<()> {
        let pipe = "\"$1\" --schema-only --schema \"$2\" --dbname \"$4\" | sed \"s/$2/$3/g\" \
                    | \"$5\" -X -q -1 -v ON_ERROR_STOP=1 -d \"$4\" >/dev/null";
        let output = Command::new("sh")
            .args([
                "-c",
                pipe,
                "sh",
                &self.pg_dump,
                template.as_str(),
                schema.as_str(),
                &self.url,
                &self.psql,
            ])
            .output()
            .context("run pg_dump and psql")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}
