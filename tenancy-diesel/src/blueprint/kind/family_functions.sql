-- Support functions of families that belong to no class; as for operators.
SELECT p.oid, format('%s %s', f.opfname, p.amproc::regprocedure) AS name, format('%I.%I', fn.nspname, f.opfname) AS family, m.amname::text AS method,
       format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc::regprocedure) AS item
FROM pg_amproc p
JOIN pg_opfamily f ON f.oid = p.amprocfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
JOIN pg_am m ON m.oid = f.opfmethod
JOIN pg_proc r ON r.oid = p.amproc
WHERE (f.opfnamespace = $1 OR r.pronamespace = $1)
  AND (f.opfnamespace = $1 OR EXISTS (SELECT FROM pg_type t WHERE t.oid IN (p.amproclefttype, p.amprocrighttype) AND t.typnamespace = $1))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 2603 AND d.objid = p.oid AND d.refclassid = 2616)
