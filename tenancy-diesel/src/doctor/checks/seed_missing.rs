use super::{Area, Check, MendedBy, Severity};

/// By name, as seeds are on record. A partition's rows come with the table that it belongs to.
pub(super) const CHECK: Check = Check {
    code: "seed_missing",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "tables whose rows every new tenant is to start with, and that the template does not have",
    why: "no tenant can sign up: without these rows it would not be what was asked for",
    remedy: "was it renamed or dropped? `tenancy seed --remove <table>` forgets it, `tenancy seed <table>` puts another \
           on record",
    sql: r#"
        SELECT format('table %s of %s', s.table_name, p.schema),
               format('DELETE FROM tenancy.seeds WHERE template = %L AND table_name = %L', s.template, s.table_name)
        FROM template p JOIN tenancy.seeds s ON s.template = p.schema::text
        WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = p.nsp AND c.relname = s.table_name::name
                             AND c.relkind IN ('r', 'p') AND NOT c.relispartition)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
