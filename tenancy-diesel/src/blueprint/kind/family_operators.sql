-- Operators of families that belong to no class: of families of the schema, and of families outside for types of the
-- schema. For types outside, the entry of the clone would be that of the template: it is refused.
SELECT o.oid, format('%s %s', f.opfname, o.amopopr::regoperator) AS name, format('%I.%I', fn.nspname, f.opfname) AS family, m.amname::text AS method,
       format('OPERATOR %s %s', o.amopstrategy, o.amopopr::regoperator)
       || coalesce((SELECT format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily), '') AS item
FROM pg_amop o
JOIN pg_opfamily f ON f.oid = o.amopfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
JOIN pg_am m ON m.oid = f.opfmethod
JOIN pg_operator p ON p.oid = o.amopopr
WHERE (f.opfnamespace = $1 OR p.oprnamespace = $1)
  AND (f.opfnamespace = $1 OR EXISTS (SELECT FROM pg_type t WHERE t.oid IN (o.amoplefttype, o.amoprighttype) AND t.typnamespace = $1))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 2602 AND d.objid = o.oid AND d.refclassid = 2616)
