-- The columns of tables, partitioned tables, views and materialized views, and the sequences of identity columns.
SELECT a.attrelid AS relation, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS data_type,
       CASE WHEN a.attcollation <> y.typcollation THEN a.attcollation::regcollation::text END AS collation,
       a.attnotnull AND n.convalidated IS NOT FALSE AS not_null, n.oid AS not_null_oid, n.conname::text AS not_null_name,
       n.conislocal AS not_null_local, n.connoinherit AS not_null_no_inherit, a.attidentity::text AS identity, a.attgenerated::text AS generated,
       f.oid AS default_oid, pg_get_expr(f.adbin, f.adrelid) AS default_value,
       nullif(a.attstattarget, -1)::int4 AS statistics,
       a.attstorage::text AS storage, y.typstorage::text AS type_storage, a.attislocal AS local,
       nullif(a.attcompression::text, '') AS compression,
       -- Some servers keep notes of their own among the options (15.20: pg_attver); nobody can set those.
       (SELECT array_agg(o ORDER BY i) FROM unnest(a.attoptions) WITH ORDINALITY AS u (o, i) WHERE o NOT LIKE 'pg\_%') AS parameters,
       q.oid AS sequence_oid, q.relname::text AS sequence_name, s.seqstart AS start, s.seqincrement AS increment,
       s.seqmin AS min, s.seqmax AS max, s.seqcache AS cache, s.seqcycle AS cycle,
       CASE WHEN s.seqtypid <> a.atttypid THEN format_type(s.seqtypid, NULL) END AS sequence_type,
       -- Before PostgreSQL 15 every sequence was permanent.
       CASE WHEN q.relpersistence <> c.relpersistence AND current_setting('server_version_num')::integer >= 150000 THEN q.relpersistence::text END AS sequence_persistence
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type y ON y.oid = a.atttypid
LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
-- Since PostgreSQL 18. One that is not valid is added later.
LEFT JOIN pg_constraint n ON n.conrelid = c.oid AND n.contype = 'n' AND n.conkey[1] = a.attnum
LEFT JOIN pg_depend d ON a.attidentity <> '' AND d.classid = 1259 AND d.refclassid = 1259 AND d.refobjid = c.oid
                     AND d.refobjsubid = a.attnum AND d.deptype = 'i'
LEFT JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'
LEFT JOIN pg_sequence s ON s.seqrelid = q.oid
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p', 'v', 'm')
ORDER BY a.attrelid, a.attnum
