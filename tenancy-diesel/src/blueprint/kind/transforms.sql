SELECT t.oid, format('for %s language %s', format_type(t.trftype, NULL), l.lanname) AS name, format_type(t.trftype, NULL) AS data_type,
       l.lanname::text AS language,
       CASE WHEN t.trffromsql <> 0 THEN t.trffromsql::regprocedure::text END AS from_sql,
       CASE WHEN t.trftosql <> 0 THEN t.trftosql::regprocedure::text END AS to_sql
FROM pg_transform t
JOIN pg_language l ON l.oid = t.trflang
JOIN pg_type y ON y.oid = t.trftype
WHERE y.typnamespace = $1
