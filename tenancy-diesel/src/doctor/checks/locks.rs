use super::{Area, Check, MendedBy, Severity};

/// Half of the room is left to everybody else.
pub(super) const CHECK: Check = Check {
    code: "locks",
    severity: Severity::Warning,
    area: Area::Server,
    what: "templates that take more locks than the server has room for",
    why: "a sign-up and a drop lock every relation of the tenant in one transaction, and fail with \"out of \
           shared memory\"",
    remedy: "raise max_locks_per_transaction, which needs a restart",
    sql: r#"
        SELECT format('schema %s: %s relations, room for %s locks', $1, n.needed, n.room),
               format('ALTER SYSTEM SET max_locks_per_transaction = %s', current_setting('max_locks_per_transaction')::bigint * ((n.needed * 2) / n.room + 1))
        FROM (
            SELECT (SELECT count(*) + count(nullif(c.reltoastrelid, 0)) * 2
                    FROM template p JOIN pg_class c ON c.relnamespace = p.nsp WHERE c.relkind <> 'c'),
                   current_setting('max_locks_per_transaction')::bigint
                   * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
        ) AS n (needed, room) WHERE n.needed * 2 > n.room"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
