-- Configurations with one line for each kind of token and dictionary, in the order in which they are asked.
SELECT c.oid, c.cfgname::text AS name, format('%I.%I', n.nspname, p.prsname) AS parser, m.kinds, m.dictionaries
FROM pg_ts_config c
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace n ON n.oid = p.prsnamespace
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(k.alias ORDER BY k.tokid, m.mapseqno), '{}') AS kinds,
           coalesce(array_agg(format('%I.%I', dn.nspname, d.dictname) ORDER BY k.tokid, m.mapseqno), '{}') AS dictionaries
    FROM pg_ts_config_map m
    JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
    JOIN pg_ts_dict d ON d.oid = m.mapdict
    JOIN pg_namespace dn ON dn.oid = d.dictnamespace
    WHERE m.mapcfg = c.oid
) m
WHERE c.cfgnamespace = $1
