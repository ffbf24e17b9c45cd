use super::{Area, Check, MendedBy, Severity};

/// Not those that somebody is building at this moment.
pub(super) const CHECK: Check = Check {
    code: "invalid_index",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "indexes of tenants or the template that are invalid: CREATE INDEX CONCURRENTLY did not end",
    why: "every write keeps them up to date and no query uses them; CREATE INDEX CONCURRENTLY IF NOT EXISTS takes \
          such a one for done, and a unique one has promised nothing about the rows that are there",
    remedy: "drop them, outside of a transaction, and run their migration again (or REINDEX INDEX CONCURRENTLY); a \
             partitioned one becomes valid once each partition has its part attached",
    sql: r#"
        SELECT format('%s of %s', i.oid::regclass, x.indrelid::regclass),
               CASE WHEN i.relkind = 'i' THEN format('DROP INDEX CONCURRENTLY %s', i.oid::regclass) END
        FROM places p JOIN pg_class i ON i.relnamespace = p.nsp JOIN pg_index x ON x.indexrelid = i.oid
        WHERE NOT (x.indisvalid AND x.indisready)
          AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index g WHERE g.index_relid = i.oid)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
