//! Text search.

use crate::structure::branch::{Branch, NOWHERE, deparsed, owner, plain};

pub(super) const BRANCHES: &[Branch] = &[CONFIGURATION, MAPPING, DICTIONARY, PARSER, TEMPLATE];

const CONFIGURATION: Branch = Branch {
    kind: "'text search configuration'",
    address: ("3602", "c.oid"),
    names: &["quote_ident(c.cfgname)"],
    properties: &[owner("c.cfgowner"), plain("parser", "pg_describe_object(3601, c.cfgparser, 0)")],
    from: "pg_ts_config c WHERE c.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3602))",
    needs: &[3602],
};

const MAPPING: Branch = Branch {
    kind: "'text search mapping'",
    address: NOWHERE,
    names: &["p.mapcfg::regconfig", "p.maptokentype"],
    properties: &[plain("dictionaries", "array_agg(p.mapdict::regdictionary ORDER BY p.mapseqno)")],
    from: "pg_ts_config_map p WHERE p.mapcfg = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3602)) \
           GROUP BY p.mapcfg, p.maptokentype",
    needs: &[3602],
};

const DICTIONARY: Branch = Branch {
    kind: "'text search dictionary'",
    address: ("3600", "d.oid"),
    names: &["quote_ident(d.dictname)"],
    properties: &[
        owner("d.dictowner"),
        plain("template", "pg_describe_object(3764, d.dicttemplate, 0)"),
        deparsed("options", "d.dictinitoption"),
    ],
    from: "pg_ts_dict d WHERE d.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3600))",
    needs: &[3600],
};

const PARSER: Branch = Branch {
    kind: "'text search parser'",
    address: ("3601", "p.oid"),
    names: &["quote_ident(p.prsname)"],
    properties: &[plain(
        "functions",
        "ARRAY[p.prsstart::oid::regprocedure, p.prstoken::oid::regprocedure, p.prsend::oid::regprocedure, \
         p.prsheadline::oid::regprocedure, p.prslextype::oid::regprocedure]",
    )],
    from: "pg_ts_parser p WHERE p.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3601))",
    needs: &[3601],
};

const TEMPLATE: Branch = Branch {
    kind: "'text search template'",
    address: ("3764", "t.oid"),
    names: &["quote_ident(t.tmplname)"],
    properties: &[plain(
        "functions",
        "ARRAY[t.tmplinit::oid::regprocedure, t.tmpllexize::oid::regprocedure]",
    )],
    from: "pg_ts_template t WHERE t.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3764))",
    needs: &[3764],
};
