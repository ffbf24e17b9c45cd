use super::{Area, Check, MendedBy, Severity};

/// See DESIGN.md, tenants at different versions.
pub(super) const CHECK: Check = Check {
    code: "messages_not_english",
    severity: Severity::Advice,
    area: Area::Server,
    what: "servers whose messages are not in English",
    why: "Diesel passes on no error codes, so the library knows a stale plan by its English message; with \
           another language the session still heals, but a request may fail more than once",
    remedy: "set lc_messages to C",
    sql: r#"
        SELECT format('lc_messages = %s', setting), CASE source WHEN 'database'
               THEN format('ALTER DATABASE %I RESET lc_messages', current_database())
               ELSE 'ALTER SYSTEM SET lc_messages = ''C''' END
        FROM pg_settings WHERE name = 'lc_messages' AND setting !~* '^(c|c[.]|posix|en)' AND setting <> ''"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
