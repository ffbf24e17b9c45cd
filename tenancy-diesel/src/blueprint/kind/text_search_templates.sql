SELECT t.oid, t.tmplname::text AS name, CASE WHEN t.tmplinit <> 0 THEN t.tmplinit::regproc::text END AS init, t.tmpllexize::regproc::text AS lexize
FROM pg_ts_template t
WHERE t.tmplnamespace = $1
