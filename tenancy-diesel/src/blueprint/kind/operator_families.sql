SELECT f.oid, f.opfname::text AS name, m.amname::text AS method
FROM pg_opfamily f
JOIN pg_am m ON m.oid = f.opfmethod
WHERE f.opfnamespace = $1
