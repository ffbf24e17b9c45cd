use super::{Area, Check, MendedBy, Severity};

/// Only those whose arguments are all of PostgreSQL's types: no call that PostgreSQL would answer has others.
pub(super) const CHECK: Check = Check {
    code: "shadows_builtin",
    severity: Severity::Critical,
    area: Area::Code,
    what: "functions and operators in shared schemas or the template that take calls from PostgreSQL's own",
    why: "PostgreSQL prefers the better match of arguments: `lower(name)` with a varchar calls \
           public.lower(varchar), not the built-in",
    remedy: "rename or drop them",
    sql: r#"
        SELECT format('function %s', p.oid::regprocedure),
               format('ALTER ROUTINE %s RENAME TO %I', p.oid::regprocedure, left(p.proname, 57) || '_own')
        FROM pg_proc p
        WHERE p.pronamespace IN (SELECT nsp FROM shared UNION ALL SELECT nsp FROM template)
          AND EXISTS (SELECT FROM pg_proc b WHERE b.pronamespace = 'pg_catalog'::regnamespace
                       AND b.proname = p.proname AND b.pronargs = p.pronargs)
          AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) AS a (type) WHERE a.type >= 16384)
          AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
        UNION ALL
        SELECT format('operator %s', o.oid::regoperator), format('DROP OPERATOR %s', o.oid::regoperator)
        FROM pg_operator o
        WHERE o.oprnamespace IN (SELECT nsp FROM shared UNION ALL SELECT nsp FROM template)
          AND EXISTS (SELECT FROM pg_operator b WHERE b.oprnamespace = 'pg_catalog'::regnamespace AND b.oprname = o.oprname)
          AND o.oprleft < 16384 AND o.oprright < 16384
          AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_operator'::regclass AND e.objid = o.oid)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
