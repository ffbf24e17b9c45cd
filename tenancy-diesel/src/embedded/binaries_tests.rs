use std::os::unix::fs::PermissionsExt;

use super::*;

/// A directory with fake programs; `postgres --version` answers with the version.
fn fake(dir: &Path, version: &str) {
    fs::create_dir_all(dir).unwrap();
    for name in REQUIRED {
        let file = dir.join(name);
        fs::write(&file, format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn root() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    // The account that runs the fakes must get in when the tests run as root.
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    root
}

fn first(surroundings: &Surroundings, root: &Path) -> Result<ServerBinaries, EmbeddedError> {
    ServerBinaries::first_usable(&places(surroundings, root), &Account::choose(None).unwrap())
}

#[test]
fn the_places_come_in_the_documented_order() {
    let root = root();
    let at = |path: &str| root.path().join(path);
    let surroundings = Surroundings {
        pg_config_bindir: Some(at("config")),
        path: vec![at("empty"), at("path")],
        cache: Some(at("cache")),
    };
    let in_order = [
        "config",
        "path",
        "usr/lib/postgresql/17/bin",
        "usr/lib/postgresql/9.6/bin",
        "usr/pgsql-16/bin",
        "usr/libexec/postgresql16",
        "opt/homebrew/opt/postgresql@17/bin",
        "usr/local/opt/postgresql@17/bin",
        "Applications/Postgres.app/Contents/Versions/17/bin",
        "cache/postgresql/bin",
    ];
    for dir in in_order {
        fake(&at(dir), "16.2");
    }
    for dir in in_order {
        assert_eq!(first(&surroundings, root.path()).unwrap().dir(), at(dir));
        fs::remove_dir_all(at(dir)).unwrap();
    }
    assert!(matches!(first(&surroundings, root.path()), Err(EmbeddedError::NoBinaries { .. })));
}

#[test]
fn the_highest_version_of_a_place_goes_first() {
    let root = root();
    for version in ["9.6", "15", "100", "16"] {
        fake(&root.path().join("usr/lib/postgresql").join(version).join("bin"), &format!("{version}.1"));
    }
    assert_eq!(first(&Surroundings::default(), root.path()).unwrap().major(), 100);
}

#[test]
fn clients_without_a_server_and_old_servers_are_passed_over_with_a_reason() {
    let root = root();
    let lib = root.path().join("usr/lib/postgresql");
    fake(&lib.join("17/bin"), "17.0");
    fs::remove_file(lib.join("17/bin/initdb")).unwrap();
    fake(&lib.join("13/bin"), "13.9");
    let error = first(&Surroundings::default(), root.path()).unwrap_err().to_string();
    assert!(error.contains("17/bin: it lacks initdb"), "{error}");
    assert!(error.contains("13/bin: it is PostgreSQL 13, older than 14"), "{error}");
    assert!(error.contains("PATH: nothing there"), "{error}");
    assert!(error.contains("./dev setup") && error.contains("TENANCY_PG_BIN"), "{error}");

    fake(&lib.join("14/bin"), "14.1");
    assert_eq!(first(&Surroundings::default(), root.path()).unwrap().major(), 14);
}

#[test]
fn a_directory_that_the_caller_names_is_the_only_one_looked_at() {
    let root = root();
    let error = ServerBinaries::find(Some(root.path())).unwrap_err();
    assert!(matches!(&error, EmbeddedError::UnusableBinaries { .. }), "{error}");
    assert!(error.to_string().contains("it lacks initdb, postgres, pg_ctl"), "{error}");

    fake(root.path(), "18beta1");
    assert_eq!(ServerBinaries::find(Some(root.path())).unwrap().major(), 18);
}

#[test]
fn versions_are_read_from_releases_betas_and_distributions() {
    assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
    assert_eq!(major_version("postgres (PostgreSQL) 19beta1\n"), Some(19));
    assert_eq!(major_version("postgres (PostgreSQL) 9.6.24\n"), Some(9));
    assert_eq!(major_version("command not found"), None);
}

#[test]
fn the_cache_is_where_the_server_can_read_it() {
    let cache = |tenancy: Option<&str>, xdg: Option<&str>, root| {
        cache_dir(tenancy.map(Into::into), xdg.map(Into::into), Some("/home/ann".into()), root).unwrap()
    };
    assert_eq!(cache(None, None, false), Path::new("/home/ann/.cache/tenancy"));
    assert_eq!(cache(None, Some("/x"), false), Path::new("/x/tenancy"));
    assert_eq!(cache(None, Some("/x"), true), Path::new("/var/cache/tenancy"));
    assert_eq!(cache(Some("/c"), Some("/x"), true), Path::new("/c"));
}
