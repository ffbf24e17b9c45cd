//! Operators, their classes and families, casts and transforms.

use crate::structure::branch::{Branch, owner, plain};

pub(super) const BRANCHES: &[Branch] =
    &[OPERATOR, OPERATOR_CLASS, OPERATOR_FAMILY, FAMILY_OPERATOR, FAMILY_FUNCTION, CAST, TRANSFORM];

const OPERATOR: Branch = Branch {
    kind: "'operator'",
    address: ("2617", "o.oid"),
    names: &["o.oid::regoperator"],
    properties: &[
        owner("o.oprowner"),
        plain("function", "o.oprcode::oid::regprocedure"),
        plain("result", "o.oprresult::regtype"),
        plain("commutator", "o.oprcom::regoperator"),
        plain("negator", "o.oprnegate::regoperator"),
        plain("restriction estimator", "o.oprrest::oid::regprocedure"),
        plain("join estimator", "o.oprjoin::oid::regprocedure"),
        plain("merges", "o.oprcanmerge"),
        plain("hashes", "o.oprcanhash"),
    ],
    from: "pg_operator o WHERE o.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2617)) \
           AND o.oprnamespace = (SELECT own.oid FROM own)",
    needs: &[2617],
};

const OPERATOR_CLASS: Branch = Branch {
    kind: "'operator class'",
    address: ("2616", "o.oid"),
    names: &["pg_describe_object(2616, o.oid, 0)"],
    properties: &[
        owner("o.opcowner"),
        plain("family", "pg_describe_object(2753, o.opcfamily, 0)"),
        plain("type", "o.opcintype::regtype"),
        plain("default", "o.opcdefault"),
        plain("stored type", "o.opckeytype::regtype"),
    ],
    from: "pg_opclass o WHERE o.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2616))",
    needs: &[2616],
};

const OPERATOR_FAMILY: Branch = Branch {
    kind: "'operator family'",
    address: ("2753", "f.oid"),
    names: &["pg_describe_object(2753, f.oid, 0)"],
    properties: &[owner("f.opfowner")],
    from: "pg_opfamily f WHERE f.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2753))",
    needs: &[2753],
};

// Operators of the schema's families, and of its classes in families of others.
const FAMILY_OPERATOR: Branch = Branch {
    kind: "'operator of a family'",
    address: ("2602", "a.oid"),
    names: &[
        "pg_describe_object(2753, a.amopfamily, 0)",
        "format('%s (%s, %s)', a.amopstrategy, a.amoplefttype::regtype, a.amoprighttype::regtype)",
        "a.amoppurpose",
    ],
    properties: &[
        plain("operator", "a.amopopr::regoperator"),
        plain(
            "sort family",
            "CASE WHEN a.amopsortfamily <> 0 THEN pg_describe_object(2753, a.amopsortfamily, 0) END",
        ),
    ],
    from: "pg_amop a WHERE a.amopfamily = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2753)) \
           OR a.oid = ANY (ARRAY(SELECT d.objid FROM pg_depend d WHERE d.refclassid = 2616 AND d.classid = 2602 \
           AND d.refobjid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2616))))",
    needs: &[2616, 2753],
};

const FAMILY_FUNCTION: Branch = Branch {
    kind: "'function of a family'",
    address: ("2603", "a.oid"),
    names: &[
        "pg_describe_object(2753, a.amprocfamily, 0)",
        "format('%s (%s, %s)', a.amprocnum, a.amproclefttype::regtype, a.amprocrighttype::regtype)",
    ],
    properties: &[plain("function", "a.amproc::oid::regprocedure")],
    from: "pg_amproc a WHERE a.amprocfamily = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2753)) \
           OR a.oid = ANY (ARRAY(SELECT d.objid FROM pg_depend d WHERE d.refclassid = 2616 AND d.classid = 2603 \
           AND d.refobjid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2616))))",
    needs: &[2616, 2753],
};

const CAST: Branch = Branch {
    kind: "'cast'",
    address: ("2605", "c.oid"),
    names: &["format('%s AS %s', c.castsource::regtype, c.casttarget::regtype)"],
    properties: &[
        plain("function", "c.castfunc::regprocedure"),
        plain("context", "c.castcontext"),
        plain("method", "c.castmethod"),
    ],
    from: "pg_cast c WHERE c.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2605))",
    needs: &[2605],
};

const TRANSFORM: Branch = Branch {
    kind: "'transform'",
    address: ("3576", "f.oid"),
    names: &["f.trftype::regtype", "pg_describe_object(2612, f.trflang, 0)"],
    properties: &[
        plain("from SQL", "f.trffromsql::oid::regprocedure"),
        plain("to SQL", "f.trftosql::oid::regprocedure"),
    ],
    from: "pg_transform f WHERE f.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3576))",
    needs: &[3576],
};
