-- How many objects those are, and what of them stands in another schema: constraints, defaults, rules, triggers and
-- policies stand where their tables stand. Toast tables and temporary ones have schemas of PostgreSQL's own.
, placed (classid, objid, nsp) AS MATERIALIZED (
    SELECT t.classid, t.objid, c.relnamespace FROM taken t JOIN pg_catalog.pg_class c ON c.oid = t.objid WHERE t.classid = 1259
    UNION ALL SELECT t.classid, t.objid, y.typnamespace FROM taken t JOIN pg_catalog.pg_type y ON y.oid = t.objid WHERE t.classid = 1247
    UNION ALL SELECT t.classid, t.objid, p.pronamespace FROM taken t JOIN pg_catalog.pg_proc p ON p.oid = t.objid WHERE t.classid = 1255
    UNION ALL SELECT t.classid, t.objid, k.connamespace FROM taken t JOIN pg_catalog.pg_constraint k ON k.oid = t.objid WHERE t.classid = 2606
    UNION ALL SELECT t.classid, t.objid, c.relnamespace FROM taken t JOIN pg_catalog.pg_attrdef a ON a.oid = t.objid JOIN pg_catalog.pg_class c ON c.oid = a.adrelid WHERE t.classid = 2604
    UNION ALL SELECT t.classid, t.objid, c.relnamespace FROM taken t JOIN pg_catalog.pg_rewrite w ON w.oid = t.objid JOIN pg_catalog.pg_class c ON c.oid = w.ev_class WHERE t.classid = 2618
    UNION ALL SELECT t.classid, t.objid, c.relnamespace FROM taken t JOIN pg_catalog.pg_trigger g ON g.oid = t.objid JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid WHERE t.classid = 2620
    UNION ALL SELECT t.classid, t.objid, c.relnamespace FROM taken t JOIN pg_catalog.pg_policy o ON o.oid = t.objid JOIN pg_catalog.pg_class c ON c.oid = o.polrelid WHERE t.classid = 3256
    UNION ALL SELECT t.classid, t.objid, x.stxnamespace FROM taken t JOIN pg_catalog.pg_statistic_ext x ON x.oid = t.objid WHERE t.classid = 3381
    UNION ALL SELECT t.classid, t.objid, o.oprnamespace FROM taken t JOIN pg_catalog.pg_operator o ON o.oid = t.objid WHERE t.classid = 2617
    UNION ALL SELECT t.classid, t.objid, o.opcnamespace FROM taken t JOIN pg_catalog.pg_opclass o ON o.oid = t.objid WHERE t.classid = 2616
    UNION ALL SELECT t.classid, t.objid, o.opfnamespace FROM taken t JOIN pg_catalog.pg_opfamily o ON o.oid = t.objid WHERE t.classid = 2753
    UNION ALL SELECT t.classid, t.objid, o.opfnamespace FROM taken t JOIN pg_catalog.pg_amop m ON m.oid = t.objid JOIN pg_catalog.pg_opfamily o ON o.oid = m.amopfamily WHERE t.classid = 2602
    UNION ALL SELECT t.classid, t.objid, o.opfnamespace FROM taken t JOIN pg_catalog.pg_amproc m ON m.oid = t.objid JOIN pg_catalog.pg_opfamily o ON o.oid = m.amprocfamily WHERE t.classid = 2603
    UNION ALL SELECT t.classid, t.objid, c.cfgnamespace FROM taken t JOIN pg_catalog.pg_ts_config c ON c.oid = t.objid WHERE t.classid = 3602
    UNION ALL SELECT t.classid, t.objid, d.dictnamespace FROM taken t JOIN pg_catalog.pg_ts_dict d ON d.oid = t.objid WHERE t.classid = 3600
    UNION ALL SELECT t.classid, t.objid, p.prsnamespace FROM taken t JOIN pg_catalog.pg_ts_parser p ON p.oid = t.objid WHERE t.classid = 3601
    UNION ALL SELECT t.classid, t.objid, m.tmplnamespace FROM taken t JOIN pg_catalog.pg_ts_template m ON m.oid = t.objid WHERE t.classid = 3764
    UNION ALL SELECT t.classid, t.objid, c.collnamespace FROM taken t JOIN pg_catalog.pg_collation c ON c.oid = t.objid WHERE t.classid = 3456
    UNION ALL SELECT t.classid, t.objid, c.connamespace FROM taken t JOIN pg_catalog.pg_conversion c ON c.oid = t.objid WHERE t.classid = 2607
    -- Casts and transforms stand with their types, and among the strangers when no type of theirs is the schema's.
    UNION ALL SELECT t.classid, t.objid, CASE WHEN y.typnamespace = h.oid THEN h.oid ELSE z.typnamespace END FROM taken t JOIN pg_catalog.pg_cast c ON c.oid = t.objid JOIN pg_catalog.pg_type y ON y.oid = c.castsource JOIN pg_catalog.pg_type z ON z.oid = c.casttarget CROSS JOIN home h WHERE t.classid = 2605
    UNION ALL SELECT t.classid, t.objid, y.typnamespace FROM taken t JOIN pg_catalog.pg_transform f ON f.oid = t.objid JOIN pg_catalog.pg_type y ON y.oid = f.trftype WHERE t.classid = 3576
    -- Event triggers, languages, access methods and the like, which need a function, stand in no schema.
    UNION ALL SELECT t.classid, t.objid, 11::pg_catalog.oid FROM taken t WHERE t.classid IN (3466, 2612, 2601, 2328, 1417)
), stranger AS MATERIALIZED (
    SELECT p.classid, p.objid FROM placed p JOIN pg_catalog.pg_namespace n ON n.oid = p.nsp
    WHERE n.nspname <> $1::pg_catalog.name AND n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
), needed (description) AS (
    -- Named by the part that is tied: a column, if there is one.
    SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
    FROM stranger s CROSS JOIN LATERAL (
        SELECT i.classid, i.objid, i.objsubid, i.refclassid, i.refobjid FROM pg_catalog.pg_depend i
        WHERE i.classid = s.classid AND i.objid = s.objid OFFSET 0) d
    JOIN placed q ON q.classid = d.refclassid AND q.objid = d.refobjid JOIN home h ON h.oid = q.nsp
)
SELECT (SELECT pg_catalog.count(*) FROM taken) AS objects,
       pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8 AS per_transaction,
       pg_catalog.current_setting('max_connections')::pg_catalog.int8
           OPERATOR(pg_catalog.+) pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8 AS transactions,
       ARRAY(SELECT description FROM needed ORDER BY 1 LIMIT 10) AS needed
