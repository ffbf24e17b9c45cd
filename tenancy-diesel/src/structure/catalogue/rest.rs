//! The schema itself, what needs no branch of its own, and whatever this version does not know.

use crate::structure::branch::{Branch, owner, plain, privileges};

pub(super) const BRANCHES: &[Branch] = &[SCHEMA, DEFAULT_PRIVILEGES, COLLATION, CONVERSION, OTHER];

const SCHEMA: Branch = Branch {
    kind: "'schema'",
    address: ("2615", "own.oid"),
    names: &[],
    properties: &[privileges("array_remove(coalesce(own.acl, acldefault('n', own.owner)), own.on_schema)")],
    from: "own",
    needs: &[],
};

const DEFAULT_PRIVILEGES: Branch = Branch {
    kind: "'default privileges'",
    address: ("826", "d.oid"),
    names: &[
        "CASE WHEN d.defaclrole = own.owner THEN 'the owner' ELSE quote_ident(pg_get_userbyid(d.defaclrole)) END",
        "d.defaclobjtype",
    ],
    properties: &[privileges("array_remove(array_remove(d.defaclacl, own.on_table), own.on_sequence)")],
    from: "own, pg_default_acl d WHERE d.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 826)) \
           AND cardinality(array_remove(array_remove(d.defaclacl, own.on_table), own.on_sequence)) > 0",
    needs: &[826],
};

const COLLATION: Branch = Branch {
    kind: "'collation'",
    address: ("3456", "c.oid"),
    names: &["quote_ident(c.collname)"],
    properties: &[
        owner("c.collowner"),
        // Which columns there are depends on PostgreSQL's version. The library's version is not the schema's.
        plain(
            "definition",
            "to_jsonb(c) - ARRAY['oid', 'collname', 'collnamespace', 'collowner', 'collversion']",
        ),
    ],
    from: "pg_collation c WHERE c.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3456))",
    needs: &[3456],
};

const CONVERSION: Branch = Branch {
    kind: "'conversion'",
    address: ("2607", "c.oid"),
    names: &["quote_ident(c.conname)"],
    properties: &[
        owner("c.conowner"),
        plain("from", "pg_encoding_to_char(c.conforencoding)"),
        plain("to", "pg_encoding_to_char(c.contoencoding)"),
        plain("function", "c.conproc::oid::regprocedure"),
        plain("default", "c.condefault"),
    ],
    from: "pg_conversion c WHERE c.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 2607))",
    needs: &[2607],
};

/// What was found of a catalogue that no branch reads: an extension, a publication, or what a later PostgreSQL brings.
pub(super) const UNKNOWN: i32 = 1;

const OTHER: Branch = Branch {
    kind: "'other object'",
    address: ("m.class", "x.id"),
    names: &["pg_describe_object(m.class, x.id, 0)"],
    properties: &[],
    from: "member m, unnest(m.ids) x (id) WHERE m.tag = 1",
    needs: &[UNKNOWN],
};
