use super::{Area, Check, MendedBy, Severity};

/// Slugs are unique, so a row whose schema is made of its slug can be nobody else's.
pub(super) const CHECK: Check = Check {
    code: "row_points_elsewhere",
    severity: Severity::Critical,
    area: Area::Tenants,
    what: "tenants whose row names a schema that is not their own",
    why: "it may be another tenant's or the control plane's; the pin refuses it, a service that is \
           configured with another prefix would not",
    remedy: "put the row right, or configure the prefix that these rows were made with",
    sql: r#"
        SELECT format('%s: schema %s', t.slug, t.schema_name),
               CASE WHEN EXISTS (SELECT FROM pg_namespace n WHERE n.nspname::text = $2 || t.slug)
               THEN format('UPDATE tenancy.tenants SET schema_name = %L WHERE id = %L', $2 || t.slug, t.id) END
        FROM tenancy.tenants t WHERE t.placement = 'schema' AND t.schema_name <> $2 || t.slug"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
