-- Every column of the catalogues of programs of schema $1, but for OIDs, which are shown as names.
WITH ns AS (SELECT $1::regnamespace AS oid), lines (line) AS (
    SELECT 'aggregate ' || jsonb_build_object('a', to_jsonb(a), 'sort', a.aggsortop::regoperator)::text FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid, ns WHERE p.pronamespace = ns.oid
    UNION ALL SELECT 'program ' || (to_jsonb(p) - '{oid,pronamespace,prorettype,proargtypes,proallargtypes,protrftypes,provariadic,proargdefaults,prosqlbody,prosupport}'::text[])::text || ARRAY(SELECT t::regtype FROM unnest(p.protrftypes) t)::text || p.oid::regprocedure || pg_get_function_arguments(p.oid) || coalesce(pg_get_function_result(p.oid), '') || p.prosrc || coalesce(pg_get_function_sqlbody(p.oid), '') || p.prosupport FROM pg_proc p, ns WHERE p.pronamespace = ns.oid
    UNION ALL SELECT 'operator ' || o.oid::regoperator || ((to_jsonb(o) - '{oid,oprnamespace,oprleft,oprright,oprresult,oprcom,oprnegate}'::text[]) || jsonb_build_object('result', o.oprresult::regtype, 'commutator', o.oprcom::regoperator, 'negator', o.oprnegate::regoperator))::text FROM pg_operator o, ns WHERE o.oprnamespace = ns.oid
    UNION ALL SELECT 'family ' || f.opfname || f.opfmethod FROM pg_opfamily f, ns WHERE f.opfnamespace = ns.oid
    UNION ALL SELECT 'class ' || c.opcname || c.opcmethod || f.opfname || f.opfnamespace::regnamespace || c.opcintype::regtype || c.opckeytype::regtype || c.opcdefault FROM pg_opclass c JOIN pg_opfamily f ON f.oid = c.opcfamily, ns WHERE c.opcnamespace = ns.oid
    UNION ALL SELECT 'entry ' || f.opfname || f.opfnamespace::regnamespace || o.amopstrategy || o.amoppurpose::text || o.amopopr::regoperator || o.amoplefttype::regtype || o.amoprighttype::regtype || o.amopsortfamily
        || (SELECT string_agg(d.deptype::text || i.type || i.identity, ',' ORDER BY d.deptype, i.type, i.identity) FROM pg_depend d CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) i WHERE d.classid = 'pg_amop'::regclass AND d.objid = o.oid)
        FROM pg_amop o JOIN pg_opfamily f ON f.oid = o.amopfamily JOIN pg_operator p ON p.oid = o.amopopr, ns WHERE f.opfnamespace = ns.oid OR p.oprnamespace = ns.oid
    UNION ALL SELECT 'support ' || f.opfname || f.opfnamespace::regnamespace || o.amprocnum || o.amproc::regprocedure || o.amproclefttype::regtype || o.amprocrighttype::regtype
        || (SELECT string_agg(d.deptype::text || i.type || i.identity, ',' ORDER BY d.deptype, i.type, i.identity) FROM pg_depend d CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) i WHERE d.classid = 'pg_amproc'::regclass AND d.objid = o.oid)
        FROM pg_amproc o JOIN pg_opfamily f ON f.oid = o.amprocfamily JOIN pg_proc p ON p.oid = o.amproc, ns WHERE f.opfnamespace = ns.oid OR p.pronamespace = ns.oid
    UNION ALL SELECT 'cast ' || c.castsource::regtype || c.casttarget::regtype || c.castfunc::regprocedure || c.castcontext::text || c.castmethod::text FROM pg_cast c, ns WHERE EXISTS (SELECT FROM pg_type t WHERE t.oid IN (c.castsource, c.casttarget) AND t.typnamespace = ns.oid)
    UNION ALL SELECT 'transform ' || t.trftype::regtype || t.trflang || t.trffromsql::regprocedure || t.trftosql::regprocedure FROM pg_transform t JOIN pg_type y ON y.oid = t.trftype, ns WHERE y.typnamespace = ns.oid
    UNION ALL SELECT 'collation ' || (to_jsonb(c) - '{oid,collnamespace}'::text[])::text FROM pg_collation c, ns WHERE c.collnamespace = ns.oid
    UNION ALL SELECT 'conversion ' || (to_jsonb(c) - '{oid,connamespace}'::text[])::text FROM pg_conversion c, ns WHERE c.connamespace = ns.oid
    UNION ALL SELECT 'parser ' || (to_jsonb(p) - '{oid,prsnamespace}'::text[])::text FROM pg_ts_parser p, ns WHERE p.prsnamespace = ns.oid
    UNION ALL SELECT 'template ' || (to_jsonb(t) - '{oid,tmplnamespace}'::text[])::text FROM pg_ts_template t, ns WHERE t.tmplnamespace = ns.oid
    UNION ALL SELECT 'dictionary ' || (to_jsonb(d) - '{oid,dictnamespace,dicttemplate}'::text[])::text || t.tmplname FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate, ns WHERE d.dictnamespace = ns.oid
    UNION ALL SELECT 'configuration ' || c.cfgname || p.prsname FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser, ns WHERE c.cfgnamespace = ns.oid
    UNION ALL SELECT 'mapping ' || c.cfgname || m.maptokentype || m.mapseqno || m.mapdict::regdictionary FROM pg_ts_config_map m JOIN pg_ts_config c ON c.oid = m.mapcfg, ns WHERE c.cfgnamespace = ns.oid
    UNION ALL SELECT 'range ' || r.rngtypid::regtype || r.rngsubtype::regtype || r.rngmultitypid::regtype || r.rngcanonical::regproc || r.rngsubdiff::regproc FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid, ns WHERE t.typnamespace = ns.oid
)
SELECT regexp_replace(replace(line, $1, '@'), '"@"', '@', 'g') AS value FROM lines ORDER BY 1
