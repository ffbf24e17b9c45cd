-- The columns of locales have other names in every other version: collcollate up to 14 and for libc, colliculocale in 15
-- and 16, colllocale from 17 on; rules from 16 on.
SELECT c.oid, c.collname::text AS name, c.collprovider::text AS provider, c.collcollate::text AS collate, c.collctype::text AS ctype,
       coalesce(j.row ->> 'colllocale', j.row ->> 'colliculocale', c.collcollate) AS locale, j.row ->> 'collicurules' AS rules,
       c.collisdeterministic AS deterministic
FROM pg_collation c
CROSS JOIN LATERAL to_jsonb(c) AS j (row)
WHERE c.collnamespace = $1
