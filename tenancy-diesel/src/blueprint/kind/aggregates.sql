-- Aggregate functions. regproc qualifies what the empty path does not find.
SELECT p.oid, p.proname::text AS name, p.oid::regprocedure::text AS signature,
       coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*') AS arguments,
       a.aggtransfn::regproc::text AS function, format_type(a.aggtranstype, NULL) AS state, a.aggtransspace AS space,
       CASE WHEN a.aggfinalfn <> 0 THEN a.aggfinalfn::regproc::text END AS last, a.aggfinalextra AS last_extra,
       a.aggfinalmodify::text AS modifies, a.agginitval AS initial,
       CASE WHEN a.aggmtransfn <> 0 THEN a.aggmtransfn::regproc::text END AS moving_function,
       CASE WHEN a.aggmtransfn <> 0 THEN format_type(a.aggmtranstype, NULL) END AS moving_state, a.aggmtransspace AS moving_space,
       CASE WHEN a.aggmfinalfn <> 0 THEN a.aggmfinalfn::regproc::text END AS moving_last, a.aggmfinalextra AS moving_last_extra,
       a.aggmfinalmodify::text AS moving_modifies, a.aggminitval AS moving_initial,
       CASE WHEN a.aggminvtransfn <> 0 THEN a.aggminvtransfn::regproc::text END AS inverse,
       CASE WHEN a.aggcombinefn <> 0 THEN a.aggcombinefn::regproc::text END AS combine,
       CASE WHEN a.aggserialfn <> 0 THEN a.aggserialfn::regproc::text END AS serialize,
       CASE WHEN a.aggdeserialfn <> 0 THEN a.aggdeserialfn::regproc::text END AS deserialize,
       (SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE o.oid = a.aggsortop) AS sort_operator,
       p.proparallel::text AS parallel, a.aggkind = 'h' AS hypothetical
FROM pg_proc p
JOIN pg_aggregate a ON a.aggfnoid = p.oid
WHERE p.pronamespace = $1
