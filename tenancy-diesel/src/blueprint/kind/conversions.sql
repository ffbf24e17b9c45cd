SELECT c.oid, c.conname::text AS name, c.condefault AS is_default, pg_encoding_to_char(c.conforencoding)::text AS source,
       pg_encoding_to_char(c.contoencoding)::text AS target, c.conproc::regproc::text AS function
FROM pg_conversion c
WHERE c.connamespace = $1
