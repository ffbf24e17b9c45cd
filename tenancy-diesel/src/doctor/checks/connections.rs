use super::{Area, Check, MendedBy, Severity};

/// max_connections needs a restart.
pub(super) const CHECK: Check = Check {
    code: "connections",
    severity: Severity::Warning,
    area: Area::Server,
    what: "limits that one process of the service can exceed by itself",
    why: "under load connections are refused, and operators cannot get in either",
    remedy: "make the pool smaller (`PoolSettings::max_size`) or the limit larger; several processes add up",
    sql: r#"
        SELECT format('%s of %s, %s wanted', l.of, l.allowed, $6), l.mend
        FROM (
            SELECT 'max_connections without those reserved',
                   current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
                   format('ALTER SYSTEM SET max_connections = %s', $6 * 2)
            UNION ALL
            SELECT format('the connection limit of database %s', datname), datconnlimit,
                   format('ALTER DATABASE %I CONNECTION LIMIT -1', datname)
            FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0
            UNION ALL
            SELECT format('the connection limit of login %s', rolname), rolconnlimit,
                   format('ALTER ROLE %I CONNECTION LIMIT -1', rolname)
            FROM pg_roles WHERE rolname = $4::name AND rolconnlimit >= 0
        ) AS l (of, allowed, mend) WHERE l.allowed < $6"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
