//! What `pg_dump` says about a schema, in a form in which two schemas can be compared.

use std::path::PathBuf;

use std::process::Command;

use tenancy_diesel::embedded::ServerBinaries;

use super::database::Database;

/// The dump of `schema` as if it were called `base_template`: entries sorted, comments of pg_dump left out.
pub(crate) fn dump(database: &Database, schema: &str) -> Vec<String> {
    entries(database, &["--schema", schema])
        .iter()
        .map(|entry| entry.replace(schema, "base_template"))
        .collect()
}

/// What `pg_dump` says about what `arguments` choose, sorted; comments of pg_dump are left out.
pub(crate) fn entries(database: &Database, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(pg_dump())
        .args(["--schema-only", "--dbname", database.url()])
        .args(arguments)
        .output()
        .expect("pg_dump runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // Minor releases since August 2025 wrap the dump in `\restrict <random>`.
    let lines = text.lines().filter(|line| {
        !line.starts_with("\\restrict")
            && !line.starts_with("\\unrestrict")
            && !line.starts_with("-- Dumped ")
            // It would belong to whatever entry comes last.
            && *line != "-- PostgreSQL database dump complete"
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut entries: Vec<String> = text
        .split("\n--\n-- Name: ")
        .map(|entry| entry.trim_end_matches(['-', '\n']).trim().to_owned())
        .collect();
    entries.sort();
    entries
}

/// Asserts that two schemas have the same dump, and shows only what differs.
pub(crate) fn assert_same(database: &Database, template: &str, clone: &str) {
    let (expected, found) = (dump(database, template), dump(database, clone));
    let lost: Vec<_> = expected.iter().filter(|entry| !found.contains(entry)).collect();
    let added: Vec<_> = found.iter().filter(|entry| !expected.contains(entry)).collect();
    assert!(lost.is_empty() && added.is_empty(), "LOST\n{lost:#?}\nADDED\n{added:#?}");
    assert_eq!(expected.len(), found.len());
}

/// Beside the server's own programs: it refuses a server that is newer than itself.
fn pg_dump() -> PathBuf {
    ServerBinaries::find(None).unwrap().tool("pg_dump")
}
