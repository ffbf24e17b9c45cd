use super::{Area, Check, MendedBy, Severity};

/// PostgreSQL checks and cascades foreign keys with the rights of the table's owner (ri_triggers.c).
pub(super) const CHECK: Check = Check {
    code: "runs_as_owner",
    severity: Severity::Critical,
    area: Area::Code,
    what: "triggers before a change that a foreign key cascades, whose functions run under their caller's search_path",
    why: "a cascade runs them with the rights of the owner of all tenants' schemas, and SQL of one tenant decides by its \
          path what the names in them mean: its own objects, or another tenant's tables",
    remedy: "let the function set its path (`SET search_path = pg_catalog, pg_temp`) and name tables through \
             TG_TABLE_SCHEMA; or let the trigger fire AFTER, which runs it as the tenant",
    sql: r#"
        SELECT DISTINCT format('%s: trigger %I, function %s', t.tgrelid::regclass, t.tgname, p.oid::regprocedure),
               NULL::text
        FROM places l JOIN pg_class c ON c.relnamespace = l.nsp
        JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
        JOIN pg_proc p ON p.oid = t.tgfoid
        JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'
        -- Bit 1: BEFORE; 3: DELETE; 4: UPDATE.
        WHERE t.tgtype & 2 > 0
          AND (k.confdeltype = 'c' AND t.tgtype & 8 > 0
               OR (k.confdeltype IN ('n', 'd') OR k.confupdtype IN ('c', 'n', 'd')) AND t.tgtype & 16 > 0)
          AND p.oid >= 16384
          AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS set (text) WHERE starts_with(set.text, 'search_path='))"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
