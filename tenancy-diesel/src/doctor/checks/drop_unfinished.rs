use super::{Area, Check, MendedBy, Severity};

/// While a drop is under way it is found as well.
pub(super) const CHECK: Check = Check {
    code: "drop_unfinished",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "tenants and spares of which some objects are dropped already",
    why: "they are large, and are dropped in several transactions: perhaps one was interrupted. Nobody is served from \
           what is left, and the slug is not free yet",
    remedy: "`tenancy drop <slug>` goes on; `tenancy spares --keep N` does so for spares",
    sql: r#"
        SELECT t.slug, NULL FROM tenancy.tenants t WHERE t.status = 'dropping'
        UNION ALL
        SELECT format('spare %s', s.schema_name), NULL FROM tenancy.spares s WHERE s.dropping"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
