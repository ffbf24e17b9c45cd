-- How many locks a clone of the schema takes: one for each relation, toast tables and indexes included, and one for each
-- comment on something else; and how many there are.
SELECT (SELECT pg_catalog.count(*) FROM taken t WHERE t.classid = 1259)
       OPERATOR(pg_catalog.+) (SELECT pg_catalog.count(*) FROM taken t CROSS JOIN LATERAL (
           SELECT FROM pg_catalog.pg_description i WHERE i.objoid = t.objid AND i.classoid = t.classid OFFSET 0) d
       WHERE t.classid <> 1259) AS objects,
       pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8 AS per_transaction,
       pg_catalog.current_setting('max_connections')::pg_catalog.int8
           OPERATOR(pg_catalog.+) pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8 AS transactions
