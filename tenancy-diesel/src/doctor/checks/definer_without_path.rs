use super::{Area, Check, MendedBy, Severity};

/// A body written as BEGIN ATOMIC was bound when it was made; what it calls, and what runs when it writes, was not.
pub(super) const CHECK: Check = Check {
    code: "definer_without_path",
    severity: Severity::Critical,
    area: Area::Code,
    what: "functions that run with their owner's rights and under their caller's search_path",
    why: "the caller decides what the names in it mean, and its own objects run with the owner's rights",
    remedy: "set the path of the function, or let it run as its caller",
    sql: r#"
        SELECT p.oid::regprocedure::text, CASE WHEN l.nsp IS NOT NULL
               THEN format('ALTER ROUTINE %s SECURITY INVOKER', p.oid::regprocedure)
               ELSE format('ALTER ROUTINE %s SET search_path = pg_catalog, %I, pg_temp', p.oid::regprocedure, n.nspname) END
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN places l ON l.nsp = n.oid
        WHERE p.prosecdef AND p.oid >= 16384 AND p.prosqlbody IS NULL AND n.nspname <> 'tenancy'
          AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS set (text) WHERE starts_with(set.text, 'search_path='))
          AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
        UNION ALL
        SELECT DISTINCT format('%s, by way of %s', r.definer::regprocedure, f.oid::regprocedure),
               format('ALTER ROUTINE %s SET search_path = pg_catalog, pg_temp', r.definer::regprocedure)
        FROM (
            WITH RECURSIVE reached (definer, classid, objid) AS (
                SELECT b.oid, 'pg_proc'::regclass::oid, b.oid
                FROM bound b JOIN pg_proc p ON p.oid = b.oid
                WHERE p.prosecdef AND p.pronamespace <> to_regnamespace('tenancy')
                UNION
                SELECT r.definer, c.refclassid, c.refobjid
                FROM reached r JOIN calls c ON c.classid = r.classid AND c.objid = r.objid
                WHERE r.classid <> 'pg_proc'::regclass OR r.objid IN (SELECT oid FROM bound)
            )
            SELECT definer, objid FROM reached WHERE classid = 'pg_proc'::regclass
        ) AS r JOIN path_of_caller f ON f.oid = r.objid"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
