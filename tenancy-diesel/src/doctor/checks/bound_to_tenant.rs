use super::{Area, Check, MendedBy, Severity};

/// In shared schemas, in other tenants' and anywhere else; `pg_depend` is read once.
pub(super) const CHECK: Check = Check {
    code: "bound_to_tenant",
    severity: Severity::Critical,
    area: Area::Code,
    what: "objects outside a tenant's schema that were bound to something in it",
    why: "a view, a default or a BEGIN ATOMIC function keeps the schema it was made with: whoever uses it \
           works on that one tenant's rows, whatever its path",
    remedy: "drop it and make it anew with the path that it should have",
    sql: r#"
        SELECT format('%s, bound to %s', pg_describe_object(h.classid, h.objid, 0), p.schema), h.mend
        FROM links k JOIN places p ON p.nsp = k.target JOIN holders h ON h.classid = k.classid AND h.objid = k.objid
        WHERE h.nsp <> k.target AND h.nsp <> 'pg_toast'::regnamespace"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
