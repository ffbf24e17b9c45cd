//! ARCHITECTURE.md's layers, read from the source: modules import downwards only, and the core does no IO.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A module may import those in rows above its own in this list, and none beside it.
const CORE: &[&[&str]] = &[
    &["name", "conninfo", "limits", "lexer"],
    &["script", "placement", "request", "migration"],
    &["tenant"],
    &["resolve", "scoped", "isolation", "blueprint", "fleet", "fairness", "dismantle"],
    &["structure"],
];

const DIESEL: &[&[&str]] = &[
    &["blueprint", "locks", "ownership", "secrets", "fall_through", "embedded", "structure"],
    &["bookkeeping"],
    &["error", "turnstile"],
    &["migrations", "session", "pooler", "crew", "lock_table"],
    &["pools"],
    &["connection"],
    &["context"],
    &["registry"],
    &["ledger"],
    &["provision", "fleet", "checkout", "roles", "logins", "doctor", "drift"],
    &["transact", "trial"],
    &["tenant_db"],
    &["tenancy"],
    &["builder"],
    &["web", "testing"],
];

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The top-level modules that `text` names after `crate::`, tests and documentation left out.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>())
        .filter(|module| !module.is_empty())
        .collect()
}

fn check(root: &Path, layers: &[&[&str]]) {
    let level = |module: &str| layers.iter().position(|row| row.contains(&module));
    for file in sources(root) {
        let relative = file.strip_prefix(root).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if matches!(module, "lib" | "bin") {
            continue;
        }
        let own = level(module)
            .unwrap_or_else(|| panic!("`{module}` is in no layer: add it to ARCHITECTURE.md and here"));
        for imported in imports(&fs::read_to_string(&file).unwrap()) {
            if imported == module {
                continue;
            }
            let theirs =
                level(&imported).unwrap_or_else(|| panic!("{}: `{imported}` is in no layer", file.display()));
            assert!(
                theirs < own,
                "{}: `{module}` imports `{imported}`, which is not below it",
                file.display()
            );
        }
    }
}

fn crate_root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name)
}

#[test]
fn modules_of_the_core_import_downwards_only() {
    check(&crate_root("tenancy-core").join("src"), CORE);
}

#[test]
fn modules_of_the_shell_import_downwards_only() {
    check(&crate_root("tenancy-diesel").join("src"), DIESEL);
}

#[test]
fn the_core_does_no_io() {
    const FORBIDDEN: &[&str] = &[
        "std::fs",
        "std::env",
        "std::io",
        "std::net::Tcp",
        "std::net::Udp",
        "std::thread",
        "std::process",
        "std::time::Instant",
        "std::time::SystemTime",
        "SystemTime::now",
        "Utc::now",
        "Local::now",
        "new_v4",
        "println!",
        "eprintln!",
        "diesel",
        "rocket",
        "tokio",
        "getrandom",
    ];
    for file in sources(&crate_root("tenancy-core").join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
            for word in FORBIDDEN {
                assert!(!line.contains(word), "{}: {line}", file.display());
            }
        }
    }
    let manifest = fs::read_to_string(crate_root("tenancy-core").join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
    for word in ["diesel.", "rocket.", "tokio.", "rustix.", "tracing."] {
        assert!(!dependencies.contains(word), "tenancy-core depends on {word}");
    }
}

#[test]
fn nothing_imports_the_demo() {
    for name in ["tenancy-core", "tenancy-diesel", "examples/quickstart", "benches"] {
        let manifest = fs::read_to_string(crate_root(name).join("Cargo.toml")).unwrap();
        assert!(!manifest.contains("demo-server"), "{name}");
    }
}
