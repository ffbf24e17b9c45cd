use super::{Area, Check, MendedBy, Severity};

/// The oldest that is tested.
pub(super) const CHECK: Check = Check {
    code: "server_version",
    severity: Severity::Critical,
    area: Area::Server,
    what: "servers that are older than what this library supports",
    why: "the library relies on what they do not have",
    remedy: "upgrade to PostgreSQL 14 or newer",
    sql: r#"
        SELECT format('PostgreSQL %s', current_setting('server_version')), NULL
        WHERE current_setting('server_version_num')::int < 140000"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
