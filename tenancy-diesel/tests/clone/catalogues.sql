-- Every column of every catalogue row of schema $1, but for OIDs, places, sizes and ages: what pg_dump does not
-- print is compared too. Rows are told apart by names.
WITH ns AS (SELECT $1::regnamespace AS oid),
rel AS (SELECT c.oid, c.relname, c.relkind FROM pg_class c, ns WHERE c.relnamespace = ns.oid
        UNION ALL SELECT t.oid, 'toast of ' || c.relname, 't' FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid, ns WHERE c.relnamespace = ns.oid),
lines (line) AS (
    SELECT 'class ' || r.relname || (to_jsonb(c) - '{oid,relname,relnamespace,reltype,relfilenode,reltoastrelid,relpages,reltuples,relallvisible,relfrozenxid,relminmxid,relnatts,relhastriggers,relhasindex,relpartbound,reloftype}'::text[])::text || coalesce(replace(concat_ws(' ', pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid), nullif(c.reloftype, 0)::regtype), $1, 'base_template'), '')
    FROM rel r JOIN pg_class c USING (oid)
    UNION ALL
    SELECT 'attribute ' || r.relname || '.' || a.attname || (to_jsonb(a) - '{attrelid,attname,atttypid,attnum,attcacheoff,atthasmissing,attmissingval,attcollation,attndims,attoptions}'::text[])::text || coalesce((SELECT string_agg(o, ',') FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\_%'), '') || row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum)
        || replace(format_type(a.atttypid, a.atttypmod) || a.attcollation::regcollation, $1, 'base_template')
    FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped AND r.relkind <> 't'
    UNION ALL
    SELECT 'index ' || r.relname || (to_jsonb(i) - '{indexrelid,indrelid,indkey,indclass,indcollation,indexprs,indpred,indcheckxmin}'::text[])::text
    FROM rel r JOIN pg_index i ON i.indexrelid = r.oid AND r.relkind IN ('i', 'I')
    UNION ALL
    SELECT 'inherits ' || r.relname || ' from ' || replace(h.inhparent::regclass::text, $1, 'base_template') || h.inhseqno FROM rel r JOIN pg_inherits h ON h.inhrelid = r.oid
    UNION ALL
    SELECT 'sequence ' || r.relname || (to_jsonb(s) - '{seqrelid}'::text[])::text FROM rel r JOIN pg_sequence s ON s.seqrelid = r.oid
    UNION ALL
    SELECT 'constraint ' || k.conname || replace(k.conrelid::regclass::text, $1, 'base_template') || (to_jsonb(k) - '{oid,conname,connamespace,conrelid,contypid,conindid,conparentid,confrelid,conkey,confkey,confdelsetcols,conbin,conexclop}'::text[] - CASE WHEN k.contype IN ('c', 'n') THEN '' ELSE 'connoinherit' END)::text
        || replace(coalesce((SELECT ' of ' || p.conname || p.conrelid::regclass FROM pg_constraint p WHERE p.oid = k.conparentid), ''), $1, 'base_template')
        || replace(pg_get_constraintdef(k.oid), $1, 'base_template')
    -- connoinherit means something for checks only; for keys it tells whether PostgreSQL made them or they were attached.
    -- And but those that PostgreSQL makes for each partition of the other table, and names as it likes.
    FROM pg_constraint k, ns WHERE k.connamespace = ns.oid AND NOT (k.contype = 'f' AND k.conparentid <> 0 AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = k.confrelid))
    UNION ALL
    SELECT 'trigger ' || r.relname || t.tgname || (to_jsonb(t) - '{oid,tgname,tgrelid,tgparentid,tgfoid,tgconstrrelid,tgconstrindid,tgconstraint,tgattr,tgqual}'::text[])::text || (t.tgparentid <> 0) || replace(pg_get_triggerdef(t.oid), $1, 'base_template')
    FROM rel r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'rule ' || r.relname || w.rulename || (to_jsonb(w) - '{oid,ev_class,ev_qual,ev_action}'::text[])::text FROM rel r JOIN pg_rewrite w ON w.ev_class = r.oid
    UNION ALL
    SELECT 'policy ' || r.relname || (to_jsonb(p) - '{oid,polrelid,polqual,polwithcheck}'::text[])::text FROM rel r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    SELECT 'type ' || y.typname || (to_jsonb(y) - '{oid,typname,typnamespace,typrelid,typelem,typarray,typbasetype,typdefaultbin,typdefault,typcollation}'::text[])::text FROM pg_type y, ns WHERE y.typnamespace = ns.oid
    UNION ALL
    SELECT 'label ' || y.typname || e.enumlabel || row_number() OVER (PARTITION BY y.oid ORDER BY e.enumsortorder) FROM pg_type y JOIN pg_enum e ON e.enumtypid = y.oid, ns WHERE y.typnamespace = ns.oid
    UNION ALL
    SELECT 'routine ' || replace(p.oid::regprocedure::text, $1, 'base_template') || (to_jsonb(p) - '{oid,pronamespace,prorettype,proargtypes,proallargtypes,provariadic,proargdefaults,prosqlbody,prosupport}'::text[])::text FROM pg_proc p, ns WHERE p.pronamespace = ns.oid
    UNION ALL
    SELECT 'statistics ' || (to_jsonb(s) - '{oid,stxrelid,stxnamespace,stxkeys,stxexprs}'::text[])::text FROM pg_statistic_ext s, ns WHERE s.stxnamespace = ns.oid
    UNION ALL
    SELECT 'comment ' || replace(i.type || i.identity, $1, 'base_template') || ' ' || d.description
    FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i, ns
    WHERE i.schema = $1 OR d.objoid = ns.oid OR i.identity LIKE '% ' || $1 || '.%'
    UNION ALL
    SELECT 'depends ' || replace(i.type || ' ' || i.identity || ' ON ' || j.type || ' ' || j.identity, $1, 'base_template') || ' ' || d.deptype::text
    FROM (SELECT * FROM pg_depend WHERE deptype <> 'p' OFFSET 0) d CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) j
    WHERE i.schema = $1 AND d.classid NOT IN ('pg_constraint'::regclass, 'pg_trigger'::regclass)
)
SELECT line AS value FROM lines ORDER BY 1
