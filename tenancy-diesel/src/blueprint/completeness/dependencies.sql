-- Everything that belongs to the schema, with all that it depends on. A member is what depends on the schema
-- itself in any way, or on a member as its part (auto, internal, partition).
--
-- `part` is what PostgreSQL creates by itself along with what it internally depends on: the array type of a type,
-- the row type of a table, TOAST tables, the triggers of foreign keys, the rule of a view, a multirange, the
-- constructors and the cast of a range, the constraint of a constraint trigger, those of a foreign key to the
-- partitions of the other table, the index of a constraint, the triggers that a partition has from its table.
WITH RECURSIVE member AS (
    SELECT d.classid, d.objid FROM pg_depend d WHERE d.refclassid = 2615 AND d.refobjid = $1
    UNION
    SELECT d.classid, d.objid FROM member m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid
    WHERE d.deptype IN ('a', 'i', 'P', 'S')
)
SELECT m.classid AS class, m.objid AS oid, d.refclassid AS needed_class, d.refobjid AS needed_oid, d.deptype::text AS kind,
       CASE m.classid
           WHEN 1247 THEN d.deptype = 'i' AND d.refclassid IN (1247, 1259)
                          AND EXISTS (SELECT FROM pg_type t WHERE t.oid = m.objid AND (t.typelem <> 0 OR t.typrelid <> 0 OR t.typtype = 'm'))
           WHEN 1255 THEN d.deptype = 'i' AND d.refclassid = 1247
           WHEN 1259 THEN EXISTS (SELECT FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
                                  WHERE c.oid = m.objid AND (c.relkind = 't' AND d.deptype = 'i' OR t.relkind = 't' AND d.deptype = 'a'
                                                             OR c.relkind IN ('i', 'I') AND d.deptype = 'i' AND d.refclassid = 2606))
           WHEN 2605 THEN d.deptype = 'i'
           WHEN 2606 THEN d.deptype = 'i' AND d.refclassid = 2620 OR d.deptype IN ('i', 'P') AND d.refclassid = 2606
           WHEN 2618 THEN d.deptype = 'i' AND d.refclassid = 1259
                          AND EXISTS (SELECT FROM pg_rewrite r WHERE r.oid = m.objid AND r.rulename = '_RETURN')
           WHEN 2620 THEN d.deptype = 'i' AND d.refclassid = 2606 OR d.deptype = 'P' AND d.refclassid = 2620
           ELSE false
       END AS part,
       -- Whether it is a function whose body is text, or an operator that calls one; PostgreSQL's own are not.
       d.refobjid >= 16384 AND d.refclassid IN (1255, 2617) AND EXISTS (
           SELECT FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
           WHERE p.oid = CASE d.refclassid WHEN 1255 THEN d.refobjid ELSE (SELECT o.oprcode FROM pg_operator o WHERE o.oid = d.refobjid) END
             AND p.prosqlbody IS NULL AND l.lanname NOT IN ('internal', 'c')) AS text
FROM member m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.objid
