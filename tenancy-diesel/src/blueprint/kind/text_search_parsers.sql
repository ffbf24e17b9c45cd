SELECT p.oid, p.prsname::text AS name, p.prsstart::regproc::text AS start, p.prstoken::regproc::text AS token,
       p.prsend::regproc::text AS last, p.prslextype::regproc::text AS kinds,
       CASE WHEN p.prsheadline <> 0 THEN p.prsheadline::regproc::text END AS headline
FROM pg_ts_parser p
WHERE p.prsnamespace = $1
