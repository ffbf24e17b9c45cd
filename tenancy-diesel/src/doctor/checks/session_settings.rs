use super::{Area, Check, MendedBy, Severity};

/// The gate sets its own after RESET ALL; other programs are not so lucky.
pub(super) const CHECK: Check = Check {
    code: "session_settings",
    severity: Severity::Advice,
    area: Area::Server,
    what: "settings of a login or of the database that sessions of this library override",
    why: "other programs that use the login or the database get them: a path with \"$user\" in it, or \
           transactions that the pin does not expect",
    remedy: "reset them, and set them where they are meant to hold",
    sql: r#"
        SELECT format('%s: %s', coalesce(r.rolname::text, 'every role'), set.text),
               CASE WHEN s.setrole = 0 THEN format('ALTER DATABASE %I RESET %I', d.datname, split_part(set.text, '=', 1))
               WHEN s.setdatabase = 0 THEN format('ALTER ROLE %I RESET %I', r.rolname, split_part(set.text, '=', 1))
               ELSE format('ALTER ROLE %I IN DATABASE %I RESET %I', r.rolname, d.datname, split_part(set.text, '=', 1)) END
        FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS set (text)
        LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
        WHERE (s.setdatabase = 0 OR d.datname = current_database())
          AND (s.setrole = 0 OR s.setrole IN (SELECT role FROM logins))
          AND split_part(set.text, '=', 1) IN ('search_path', 'row_security', 'default_transaction_isolation',
              'default_transaction_read_only', 'session_replication_role')"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
