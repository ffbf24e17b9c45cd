//! Functions, procedures and aggregates.

use tenancy_core::structure::Form;

use crate::structure::branch::{About, Branch, NOWHERE, Property, deparsed, owner, plain, privileges};

pub(super) const BRANCHES: &[Branch] = &[ROUTINE, AGGREGATE];

const ROUTINE: Branch = Branch {
    kind: "CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' \
           ELSE 'function' END",
    address: ("1255", "p.oid"),
    names: &["p.oid::regprocedure"],
    properties: &[
        owner("p.proowner"),
        privileges("coalesce(p.proacl, acldefault('f', p.proowner))"),
        plain("language", "pg_describe_object(2612, p.prolang, 0)"),
        deparsed("arguments", "pg_get_function_arguments(p.oid)"),
        plain("names of the parameters", "array_to_string(p.proargnames, E'\\n')"),
        deparsed("result", "pg_get_function_result(p.oid)"),
        Property { name: "body", form: Form::Body, sql: "p.prosrc", about: About::Things },
        deparsed("SQL body", "pg_get_function_sqlbody(p.oid)"),
        plain("library", "p.probin"),
        plain("volatility", "p.provolatile"),
        plain("parallel", "p.proparallel"),
        plain("strict", "p.proisstrict"),
        plain("security definer", "p.prosecdef"),
        plain("leakproof", "p.proleakproof"),
        plain("cost", "p.procost"),
        plain("rows", "p.prorows"),
        plain("support function", "p.prosupport::oid::regprocedure"),
        plain("transforms", "p.protrftypes::regtype[]"),
        Property {
            name: "settings",
            form: Form::Settings,
            sql: "array_to_string(p.proconfig, E'\\n')",
            about: About::Things,
        },
    ],
    from: "pg_proc p WHERE p.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 1255)) \
           AND p.pronamespace = (SELECT own.oid FROM own)",
    needs: &[1255],
};

const AGGREGATE: Branch = Branch {
    kind: "'aggregate'",
    address: NOWHERE,
    names: &["g.aggfnoid::oid::regprocedure"],
    properties: &[
        plain("kind", "g.aggkind"),
        plain("direct arguments", "g.aggnumdirectargs"),
        plain(
            "functions",
            "ARRAY[g.aggtransfn::oid::regprocedure, g.aggfinalfn::oid::regprocedure, g.aggcombinefn::oid::regprocedure, \
             g.aggserialfn::oid::regprocedure, g.aggdeserialfn::oid::regprocedure]",
        ),
        plain(
            "functions of the moving aggregate",
            "ARRAY[g.aggmtransfn::oid::regprocedure, g.aggminvtransfn::oid::regprocedure, g.aggmfinalfn::oid::regprocedure]",
        ),
        plain("states", "ARRAY[g.aggtranstype::regtype, g.aggmtranstype::regtype]"),
        plain("initial state", "g.agginitval"),
        plain("initial state of the moving aggregate", "g.aggminitval"),
        plain("sizes of the states", "ARRAY[g.aggtransspace, g.aggmtransspace]"),
        plain("extra arguments", "ARRAY[g.aggfinalextra, g.aggmfinalextra]"),
        plain("modification", "ARRAY[g.aggfinalmodify, g.aggmfinalmodify]"),
        plain("sort operator", "CASE WHEN g.aggsortop <> 0 THEN g.aggsortop::oid::regoperator END"),
    ],
    from: "pg_aggregate g WHERE g.aggfnoid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 1255))",
    needs: &[2600],
};
