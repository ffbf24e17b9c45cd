-- Functions, window functions and procedures; not aggregates, nor the constructors that a range type brings along.
SELECT p.oid, p.oid::regprocedure::text AS signature, p.proname::text AS name, pg_get_function_arguments(p.oid) AS arguments,
       CASE WHEN p.prokind <> 'p' THEN pg_get_function_result(p.oid) END AS result,
       ARRAY(SELECT format_type(t.type, NULL) FROM unnest(p.protrftypes) WITH ORDINALITY t (type, place) ORDER BY t.place) AS transforms,
       l.lanname::text AS language, p.prokind = 'w' AS window, p.provolatile::text AS volatility, p.proparallel::text AS parallel,
       p.proisstrict AS strict, p.prosecdef AS security_definer, p.proleakproof AS leakproof,
       CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END THEN p.procost::text END AS cost,
       CASE WHEN p.prorows NOT IN (0, 1000) THEN p.prorows::text END AS rows,
       CASE WHEN p.prosupport <> 0 THEN p.prosupport::regproc::text END AS support,
       coalesce(p.proconfig, '{}') AS settings, p.probin AS library, p.prosrc AS body, pg_get_function_sqlbody(p.oid) AS bound,
       ARRAY(SELECT n.name FROM unnest(p.proargnames) n (name) WHERE n.name IS NOT NULL) AS parameters
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = $1 AND p.prokind IN ('f', 'p', 'w')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid AND d.deptype = 'i')
