use super::{Area, Check, MendedBy, Severity};

/// PostgreSQL checks and cascades foreign keys with the rights of the table's owner (ri_triggers.c). Policies are not
/// asked then; AFTER triggers run later, as the tenant, but their WHEN is asked at once. BEGIN ATOMIC bodies are bound,
/// and followed to what they call; functions in C look nothing up.
pub(super) const CHECK: Check = Check {
    code: "runs_as_owner",
    severity: Severity::Critical,
    area: Area::Code,
    what: "functions that run as a table's owner behind foreign keys that cascade, under their caller's search_path",
    why: "a cascade runs triggers, checks, generated columns, defaults, index expressions and rules with the rights of the \
          owner of tenants' schemas, and SQL of one tenant decides by its path what the names in them mean: its own \
          objects, or another tenant's tables",
    remedy: "let the function set its path (`SET search_path = pg_catalog, pg_temp`) and name tables through \
             TG_TABLE_SCHEMA; or let the trigger fire AFTER, which runs it as the tenant",
    sql: r#"
        SELECT DISTINCT format('%s: %s, function %s', c.oid::regclass, pg_describe_object(e.classid, e.objid, 0),
                               f.oid::regprocedure), NULL::text
        FROM (
            WITH RECURSIVE keys (rel, deletes, updates, moves, fk) AS (
                -- Referencing tables, and what a cascade does to their rows. A row that moves to another partition is
                -- deleted and inserted.
                SELECT k.conrelid, bool_or(k.confdeltype = 'c'),
                       bool_or(k.confdeltype IN ('n', 'd') OR k.confupdtype IN ('c', 'n', 'd')),
                       bool_or(c.relispartition AND (k.confdeltype IN ('n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))),
                       bool_or(k.confdeltype = 'd' OR k.confupdtype = 'd')
                FROM watched w JOIN pg_class c ON c.relnamespace = w.nsp
                JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'
                GROUP BY k.conrelid
            ), entries (rel, classid, objid) AS (
                -- Bits of tgtype: 1 BEFORE, 2 INSERT, 3 DELETE, 4 UPDATE.
                SELECT k.rel, 'pg_trigger'::regclass::oid, t.oid
                FROM keys k JOIN pg_trigger t ON t.tgrelid = k.rel AND NOT t.tgisinternal
                WHERE (t.tgtype & 2 > 0 OR t.tgqual IS NOT NULL)
                  AND ((k.deletes OR k.moves) AND t.tgtype & 8 > 0 OR k.updates AND t.tgtype & 16 > 0
                       OR k.moves AND t.tgtype & 4 > 0)
                UNION ALL
                SELECT k.rel, 'pg_rewrite'::regclass, r.oid FROM keys k JOIN pg_rewrite r ON r.ev_class = k.rel
                WHERE k.deletes AND r.ev_type = '4' OR k.updates AND r.ev_type = '2'
                UNION ALL
                SELECT k.rel, 'pg_constraint'::regclass, n.oid FROM keys k JOIN pg_constraint n ON n.conrelid = k.rel
                WHERE k.updates AND n.contype IN ('c', 'x')
                UNION ALL
                -- Generated columns; and the defaults of a key's columns, where it sets them.
                SELECT k.rel, 'pg_attrdef'::regclass, d.oid
                FROM keys k JOIN pg_attrdef d ON d.adrelid = k.rel
                JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                WHERE k.updates AND (a.attgenerated <> '' OR k.fk AND EXISTS (
                      SELECT FROM pg_constraint n WHERE n.conrelid = k.rel AND n.contype = 'f' AND a.attnum = ANY (n.conkey)
                         AND (n.confdeltype = 'd' OR n.confupdtype = 'd')))
                UNION ALL
                SELECT k.rel, 'pg_class'::regclass, i.indexrelid FROM keys k JOIN pg_index i ON i.indrelid = k.rel
                WHERE k.updates
                UNION ALL
                -- Domains of a key's columns.
                SELECT k.rel, 'pg_type'::regclass, a.atttypid
                FROM keys k JOIN pg_constraint n ON n.conrelid = k.rel AND n.contype = 'f'
                JOIN pg_attribute a ON a.attrelid = k.rel AND a.attnum = ANY (n.conkey)
                WHERE k.updates AND a.atttypid >= 16384
                UNION ALL
                -- Operators that compare keys, on every change.
                SELECT k.rel, 'pg_operator'::regclass, o.oid
                FROM keys k JOIN pg_constraint n ON n.conrelid = k.rel AND n.contype = 'f'
                CROSS JOIN LATERAL unnest(n.conpfeqop || n.conppeqop || n.conffeqop) AS o (oid)
                WHERE o.oid >= 16384
            ), reached (rel, classid, objid, entry, entryclass) AS (
                SELECT e.rel, e.classid, e.objid, e.objid, e.classid FROM entries e
                UNION
                SELECT r.rel, c.refclassid, c.refobjid, r.entry, r.entryclass
                FROM reached r JOIN calls c ON c.classid = r.classid AND c.objid = r.objid
                -- The trigger of an AFTER is asked for its WHEN alone.
                WHERE (r.classid <> 'pg_proc'::regclass OR r.objid IN (SELECT oid FROM bound))
                  AND NOT (r.classid = 'pg_trigger'::regclass AND c.refclassid = 'pg_proc'::regclass
                           AND EXISTS (SELECT FROM pg_trigger t WHERE t.oid = r.objid AND t.tgtype & 2 = 0 AND t.tgfoid = c.refobjid))
            )
            SELECT r.rel, r.objid AS function, r.entry AS objid, r.entryclass AS classid
            FROM reached r WHERE r.classid = 'pg_proc'::regclass
        ) AS e JOIN path_of_caller f ON f.oid = e.function JOIN pg_class c ON c.oid = e.rel"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
