//! Types. A composite type's attributes are columns.

use crate::structure::branch::{Branch, NOWHERE, deparsed, owner, plain, privileges};

pub(super) const BRANCHES: &[Branch] = &[TYPE, ENUM, DOMAIN_CONSTRAINT, RANGE, BASE];

const TYPE: Branch = Branch {
    // The row types of tables are types too: they have comments and privileges of their own.
    kind: "CASE t.typtype WHEN 'e' THEN 'enum type' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' \
           WHEN 'm' THEN 'multirange type' WHEN 'c' THEN CASE WHEN t.oid = ANY ((SELECT h.named FROM home h)::oid[]) \
           THEN 'composite type' ELSE 'row type' END WHEN 'b' THEN 'base type' ELSE 'shell type' END",
    address: ("1247", "t.oid"),
    names: &["quote_ident(t.typname)"],
    properties: &[
        owner("t.typowner"),
        privileges("coalesce(t.typacl, acldefault('T', t.typowner))"),
        plain("type", "CASE WHEN t.typbasetype <> 0 THEN format_type(t.typbasetype, t.typtypmod) END"),
        plain("collation", "CASE WHEN t.typcollation <> 0 THEN t.typcollation::regcollation::text END"),
        plain("not null", "t.typnotnull"),
        deparsed("default", "coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)"),
    ],
    from: "pg_type t WHERE t.oid = ANY ((SELECT h.types FROM home h)::oid[])",
    needs: &[],
};

const ENUM: Branch = Branch {
    kind: "'enum type'",
    address: NOWHERE,
    names: &["e.enumtypid::regtype"],
    properties: &[plain("labels", "array_agg(e.enumlabel ORDER BY e.enumsortorder)")],
    from: "pg_enum e WHERE e.enumtypid = ANY ((SELECT h.named FROM home h)::oid[]) GROUP BY e.enumtypid",
    needs: &[b'e' as i32],
};

const DOMAIN_CONSTRAINT: Branch = Branch {
    kind: "'domain constraint'",
    address: ("2606", "k.oid"),
    names: &["k.contypid::regtype", "quote_ident(k.conname)"],
    properties: &[
        deparsed("definition", "pg_get_constraintdef(k.oid, true)"),
        deparsed("expression", "pg_get_expr(k.conbin, 0)"),
        plain("validated", "k.convalidated"),
    ],
    from: "pg_constraint k WHERE k.contypid = ANY ((SELECT h.named FROM home h)::oid[])",
    needs: &[b'd' as i32],
};

const RANGE: Branch = Branch {
    kind: "'range type'",
    address: NOWHERE,
    names: &["r.rngtypid::regtype"],
    properties: &[
        plain("subtype", "format_type(r.rngsubtype, NULL)"),
        plain("operator class", "pg_describe_object(2616, r.rngsubopc, 0)"),
        plain(
            "collation of the subtype",
            "CASE WHEN r.rngcollation <> 0 THEN r.rngcollation::regcollation::text END",
        ),
        plain("canonical function", "r.rngcanonical::oid::regprocedure"),
        plain("difference function", "r.rngsubdiff::oid::regprocedure"),
        plain("multirange type", "r.rngmultitypid::regtype"),
    ],
    from: "pg_range r WHERE r.rngtypid = ANY ((SELECT h.named FROM home h)::oid[])",
    needs: &[b'r' as i32],
};

const BASE: Branch = Branch {
    kind: "'base type'",
    address: NOWHERE,
    names: &["quote_ident(t.typname)"],
    properties: &[
        plain("length", "t.typlen"),
        plain("by value", "t.typbyval"),
        plain("alignment", "t.typalign"),
        plain("storage", "t.typstorage"),
        plain("category", "t.typcategory"),
        plain("preferred", "t.typispreferred"),
        plain("delimiter", "t.typdelim"),
        plain("element", "CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END"),
        plain(
            "functions",
            "ARRAY[t.typinput::oid::regprocedure, t.typoutput::oid::regprocedure, t.typreceive::oid::regprocedure, \
             t.typsend::oid::regprocedure, t.typmodin::oid::regprocedure, t.typmodout::oid::regprocedure, \
             t.typanalyze::oid::regprocedure, t.typsubscript::oid::regprocedure]",
        ),
    ],
    from: "pg_type t WHERE t.typtype = 'b' AND t.oid = ANY ((SELECT h.named FROM home h)::oid[])",
    needs: &[b'b' as i32],
};
