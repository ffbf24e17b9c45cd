SELECT d.oid, d.dictname::text AS name, format('%I.%I', n.nspname, t.tmplname) AS template, nullif(d.dictinitoption, '') AS options
FROM pg_ts_dict d
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE d.dictnamespace = $1
