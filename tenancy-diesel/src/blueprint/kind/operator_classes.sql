-- Operator classes with the operators and functions that belong to the class itself. Those that belong to its family
-- are read by family_members.sql, wherever they were declared.
SELECT c.oid, c.opcname::text AS name, c.opcdefault AS is_default, format_type(c.opcintype, NULL) AS data_type, m.amname::text AS method,
       format('%I.%I', fn.nspname, f.opfname) AS family, CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END AS storage,
       ARRAY(SELECT i.item FROM (
           SELECT 1 AS part, o.amopstrategy AS number, o.amoplefttype AS l, o.amoprighttype AS r,
                  format('OPERATOR %s %s', o.amopstrategy, o.amopopr::regoperator)
                  || coalesce((SELECT format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily), '') AS item
           FROM pg_depend d JOIN pg_amop o ON o.oid = d.objid
           WHERE d.classid = 2602 AND d.refclassid = 2616 AND d.refobjid = c.oid
           UNION ALL
           SELECT 2, p.amprocnum, p.amproclefttype, p.amprocrighttype,
                  format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
           FROM pg_depend d JOIN pg_amproc p ON p.oid = d.objid
           WHERE d.classid = 2603 AND d.refclassid = 2616 AND d.refobjid = c.oid
       ) i ORDER BY i.part, i.number, i.item) AS items
FROM pg_opclass c
JOIN pg_am m ON m.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
WHERE c.opcnamespace = $1
