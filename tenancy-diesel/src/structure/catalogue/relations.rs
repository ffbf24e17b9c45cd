//! Relations, and what hangs on them.

use crate::structure::branch::{Branch, NOWHERE, Property, deparsed, owner, plain, privileges, set};

pub(super) const BRANCHES: &[Branch] = &[
    RELATION,
    COLUMN,
    ATTRIBUTE,
    OF_COMPOSITE,
    INDEX,
    SEQUENCE,
    CONSTRAINT,
    TRIGGER,
    RULE,
    POLICY,
    STATISTICS,
    FOREIGN_TABLE,
];

const RELATION: Branch = Branch {
    kind: "CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' \
           WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' \
           WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'relation' END",
    address: ("1259", "c.oid"),
    names: &["quote_ident(c.relname)"],
    properties: &[
        owner("c.relowner"),
        privileges(
            "array_remove(array_remove(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' \
             ELSE 'r' END::\"char\", c.relowner)), CASE c.relkind WHEN 'S' THEN own.on_sequence ELSE own.on_table END), \
             CASE c.relname WHEN '__diesel_schema_migrations' THEN own.on_bookkeeping END)",
        ),
        plain("partitioned", "c.relkind IN ('p', 'I')"),
        plain("persistence", "c.relpersistence"),
        plain("access method", "CASE WHEN c.relam <> 0 THEN pg_describe_object(2601, c.relam, 0) END"),
        plain(
            "tablespace",
            "CASE WHEN c.reltablespace <> 0 THEN pg_describe_object(1213, c.reltablespace, 0) END",
        ),
        set("storage parameters", "array_to_string(c.reloptions, E'\\n')"),
        set(
            "storage parameters of its TOAST table",
            "CASE WHEN c.reltoastrelid <> 0 THEN (SELECT array_to_string(t.reloptions, E'\\n') FROM pg_class t \
             WHERE t.oid = c.reltoastrelid) END",
        ),
        plain("replica identity", "c.relreplident"),
        plain("row level security", "c.relrowsecurity"),
        plain("row level security for the owner", "c.relforcerowsecurity"),
        plain("populated", "c.relispopulated"),
        plain("a partition", "c.relispartition"),
        deparsed("partition key", "CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END"),
        deparsed("partition bound", "pg_get_expr(c.relpartbound, c.oid)"),
        deparsed(
            "parents",
            "(SELECT array_agg(h.inhparent::regclass::text || CASE WHEN h.inhdetachpending THEN ' (being detached)' \
             ELSE '' END ORDER BY h.inhseqno) FROM pg_inherits h WHERE h.inhrelid = c.oid)",
        ),
        plain("type", "CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END"),
        deparsed("query", "CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END"),
    ],
    from: "own, pg_class c WHERE c.oid = ANY ((SELECT h.stored FROM home h)::oid[])",
    needs: &[],
};

const COLUMN: Branch = Branch {
    kind: "'column'",
    address: NOWHERE,
    names: &["a.attrelid::regclass", "quote_ident(a.attname)"],
    properties: &[
        // Columns that were dropped leave holes in the template's numbers.
        plain("position", "row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum)"),
        plain("type", "format_type(a.atttypid, a.atttypmod)"),
        plain("collation", "CASE WHEN a.attcollation <> 0 THEN a.attcollation::regcollation::text END"),
        plain("not null", "a.attnotnull"),
        deparsed(
            "default",
            "CASE WHEN a.atthasdef THEN (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d \
             WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END",
        ),
        plain("identity", "a.attidentity"),
        plain("generated", "a.attgenerated"),
        plain("storage", "a.attstorage"),
        plain("compression", "a.attcompression"),
        plain("statistics target", "a.attstattarget"),
        set("options", "array_to_string(a.attoptions, E'\\n')"),
        set("options of the foreign table", "array_to_string(a.attfdwoptions, E'\\n')"),
        plain("parents that have it", "a.attinhcount"),
        plain("its own", "a.attislocal"),
        privileges("a.attacl"),
    ],
    from: "pg_attribute a WHERE a.attrelid = ANY ((SELECT h.relations FROM home h)::oid[]) AND a.attnum > 0 \
           AND NOT a.attisdropped",
    needs: &[],
};

/// Attributes of composite types.
const ATTRIBUTE: Branch = Branch {
    from: "pg_attribute a WHERE a.attrelid = ANY (ARRAY(SELECT t.typrelid FROM pg_type t \
           WHERE t.oid = ANY ((SELECT h.named FROM home h)::oid[]) AND t.typtype = 'c')) AND a.attnum > 0 \
           AND NOT a.attisdropped",
    needs: &[b'c' as i32],
    ..COLUMN
};

/// What holds the attributes of a composite type, by which their comments are found.
const OF_COMPOSITE: Branch = Branch {
    kind: "'relation of a type'",
    address: ("1259", "t.typrelid"),
    names: &["quote_ident(t.typname)"],
    properties: &[],
    from: "pg_type t WHERE t.oid = ANY ((SELECT h.named FROM home h)::oid[]) AND t.typtype = 'c'",
    needs: &[b'c' as i32],
};

const INDEX: Branch = Branch {
    kind: "'index'",
    address: NOWHERE,
    names: &["i.indexrelid::regclass"],
    properties: &[
        deparsed("definition", "pg_get_indexdef(i.indexrelid, 0, true)"),
        // The definition in its pretty form, which names the table as the path does, leaves parentheses out.
        deparsed("expressions", "pg_get_expr(i.indexprs, i.indrelid)"),
        deparsed("predicate", "pg_get_expr(i.indpred, i.indrelid)"),
        plain("unique", "i.indisunique"),
        plain("primary", "i.indisprimary"),
        plain("exclusion", "i.indisexclusion"),
        plain("immediate", "i.indimmediate"),
        plain("clustered", "i.indisclustered"),
        plain("valid", "i.indisvalid AND i.indisready AND i.indislive"),
        plain("replica identity of its table", "i.indisreplident"),
        plain(
            "statistics targets",
            "(SELECT array_agg(a.attnum || ': ' || a.attstattarget ORDER BY a.attnum) FROM pg_attribute a \
             WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)",
        ),
    ],
    from: "pg_index i WHERE i.indrelid = ANY ((SELECT h.relations FROM home h)::oid[])",
    needs: &[],
};

const SEQUENCE: Branch = Branch {
    kind: "'sequence'",
    address: NOWHERE,
    names: &["s.seqrelid::regclass"],
    properties: &[
        plain("type", "format_type(s.seqtypid, NULL)"),
        plain("start", "s.seqstart"),
        plain("increment", "s.seqincrement"),
        plain("minimum", "s.seqmin"),
        plain("maximum", "s.seqmax"),
        plain("cache", "s.seqcache"),
        plain("cycle", "s.seqcycle"),
        plain(
            "owned by",
            "(SELECT array_agg(pg_describe_object(1259, d.refobjid, d.refobjsubid) || CASE d.deptype WHEN 'i' \
             THEN ' as its identity' ELSE '' END) FROM pg_depend d WHERE d.classid = 1259 AND d.objid = s.seqrelid \
             AND d.objsubid = 0 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i'))",
        ),
    ],
    from: "pg_sequence s WHERE s.seqrelid = ANY ((SELECT h.relations FROM home h)::oid[])",
    needs: &[],
};

const DEFINITION: Property = deparsed("definition", "pg_get_constraintdef(k.oid, true)");

const CONSTRAINT: Branch = Branch {
    kind: "CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'constraint' END",
    address: ("2606", "k.oid"),
    names: &["k.conrelid::regclass", "quote_ident(k.conname)"],
    properties: &[
        DEFINITION,
        plain("kind", "k.contype"),
        deparsed("expression", "pg_get_expr(k.conbin, k.conrelid)"),
        plain("deferrable", "k.condeferrable"),
        plain("deferred", "k.condeferred"),
        plain("validated", "k.convalidated"),
        plain("its own", "k.conislocal"),
        plain("parents that have it", "k.coninhcount"),
        // Of a key it tells only whether it was made before its table became a partition.
        plain("not inherited", "CASE WHEN k.contype IN ('c', 'n') THEN k.connoinherit END"),
        plain("of its parent's", "k.conparentid <> 0"),
        // A foreign key may lean on any index that fits.
        plain("index", "CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid::regclass END"),
    ],
    from: "pg_constraint k WHERE k.conrelid = ANY ((SELECT h.relations FROM home h)::oid[])",
    needs: &[],
};

const TRIGGER: Branch = Branch {
    kind: "CASE WHEN t.tgisinternal THEN 'trigger of a constraint' ELSE 'trigger' END",
    address: ("2620", "t.oid"),
    names: &[
        "t.tgrelid::regclass",
        "CASE WHEN t.tgisinternal THEN pg_describe_object(2606, t.tgconstraint, 0) || ' (' || t.tgfoid::regproc || ')' \
         ELSE quote_ident(t.tgname) END",
    ],
    properties: &[
        deparsed("definition", "CASE WHEN NOT t.tgisinternal THEN pg_get_triggerdef(t.oid, true) END"),
        plain("enabled", "t.tgenabled"),
        plain("of its parent's", "t.tgparentid <> 0"),
    ],
    // Those that PostgreSQL makes for a constraint are there when it is; only whether they fire can differ.
    from: "pg_trigger t WHERE t.tgrelid = ANY ((SELECT h.relations FROM home h)::oid[]) \
           AND (NOT t.tgisinternal OR t.tgenabled <> 'O')",
    needs: &[],
};

const RULE: Branch = Branch {
    kind: "'rule'",
    address: ("2618", "w.oid"),
    names: &["w.ev_class::regclass", "quote_ident(w.rulename)"],
    properties: &[deparsed("definition", "pg_get_ruledef(w.oid, true)"), plain("enabled", "w.ev_enabled")],
    from: "pg_rewrite w WHERE w.ev_class = ANY ((SELECT h.relations FROM home h)::oid[]) \
           AND w.rulename <> '_RETURN'",
    needs: &[],
};

const POLICY: Branch = Branch {
    kind: "'policy'",
    address: ("3256", "p.oid"),
    names: &["p.polrelid::regclass", "quote_ident(p.polname)"],
    properties: &[
        plain("command", "p.polcmd"),
        plain("permissive", "p.polpermissive"),
        set("roles", "array_to_string(p.polroles::regrole[], E'\\n')"),
        deparsed("USING", "pg_get_expr(p.polqual, p.polrelid)"),
        deparsed("WITH CHECK", "pg_get_expr(p.polwithcheck, p.polrelid)"),
    ],
    from: "pg_policy p WHERE p.polrelid = ANY ((SELECT h.relations FROM home h)::oid[])",
    needs: &[],
};

const STATISTICS: Branch = Branch {
    kind: "'statistics'",
    address: ("3381", "x.oid"),
    names: &["quote_ident(x.stxname)"],
    properties: &[
        owner("x.stxowner"),
        plain("table", "x.stxrelid::regclass"),
        plain("kinds", "x.stxkind"),
        deparsed("columns", "pg_get_statisticsobjdef_columns(x.oid)"),
        plain("target", "x.stxstattarget"),
    ],
    from: "pg_statistic_ext x WHERE x.oid = ANY (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 3381)) \
           AND x.stxnamespace = (SELECT own.oid FROM own)",
    needs: &[3381],
};

const FOREIGN_TABLE: Branch = Branch {
    kind: "'foreign table'",
    address: NOWHERE,
    names: &["f.ftrelid::regclass"],
    properties: &[
        plain("server", "pg_describe_object(1417, f.ftserver, 0)"),
        set("options", "array_to_string(f.ftoptions, E'\\n')"),
    ],
    from: "pg_foreign_table f WHERE f.ftrelid = ANY ((SELECT h.relations FROM home h)::oid[])",
    needs: &[3118],
};
