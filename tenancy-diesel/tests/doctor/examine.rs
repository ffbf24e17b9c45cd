use tenancy_diesel::{Severity, TenantRoles};

use crate::patient::{Patient, codes};

#[test]
fn a_healthy_database_gives_no_findings() {
    let diagnosis = Patient::healthy().examine();
    assert_eq!(diagnosis.findings, []);
    assert!(diagnosis.is_healthy());
}

#[test]
fn spares_are_as_healthy_as_tenants() {
    let patient = Patient::healthy();
    let tenancy = patient.tenancy();
    tenancy.spares().keep(2, |_| {}).unwrap();
    assert_eq!(patient.examine().findings, []);
    tenancy.provisioner().create(&tenancy_diesel::NewTenant::new("hooli".parse().unwrap())).unwrap();
    assert_eq!(tenancy.spares().list().unwrap().len(), 1, "it was taken");
    assert_eq!(patient.examine().findings, []);
}

#[test]
fn before_init_the_one_finding_is_to_init() {
    let diagnosis = Patient::stranger().examine();
    assert_eq!(codes(&diagnosis), ["not_initialized"]);
    assert!(!diagnosis.is_healthy());
    assert!(diagnosis.findings[0].remedy.contains("tenancy init"));
}

#[test]
fn advice_alone_is_healthy_and_the_worst_comes_first() {
    let patient = Patient::healthy();
    patient.sql("GRANT TEMPORARY ON DATABASE {db} TO PUBLIC");
    assert!(patient.examine().is_healthy());
    patient.sql("CREATE SCHEMA tenant_ghost; GRANT {globex} TO {acme}");
    let diagnosis = patient.examine();
    let severities: Vec<_> = diagnosis.findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Critical, Severity::Warning, Severity::Advice]);
    assert!(!diagnosis.is_healthy());
}

#[test]
fn subjects_of_one_fault_are_one_finding() {
    let patient = Patient::healthy();
    patient.sql("UPDATE tenancy.tenants SET role_name = NULL");
    let diagnosis = patient.examine();
    assert_eq!(codes(&diagnosis), ["tenant_without_role"]);
    assert_eq!(diagnosis.findings[0].subjects, ["acme", "globex"]);
    assert_eq!(diagnosis.findings[0].mend().len(), 2);
}

#[test]
fn tenants_alone_can_be_examined() {
    let patient = Patient::healthy();
    patient.sql("CREATE TABLE public.notes (id int); ALTER ROLE {acme} LOGIN");
    let diagnosis = patient.tenancy().doctor().examine_tenants().unwrap();
    assert_eq!(codes(&diagnosis), ["fall_through"]);
    assert!(!diagnosis.checked.contains(&"role_attributes"));
}

#[test]
fn a_tenant_with_pending_migrations_is_not_incomplete() {
    let patient = Patient::healthy();
    patient.sql(
        "DROP TABLE tenant_acme.notes; UPDATE tenancy.tenants SET migrations = '{}' WHERE slug = 'acme'",
    );
    assert_eq!(patient.examine().findings, []);
}

#[test]
fn a_name_of_a_shared_schema_that_is_not_in_the_path_does_not_matter() {
    let patient = Patient::healthy();
    patient.sql("CREATE TABLE public.notes (id int)");
    let none = tenancy_diesel::core::isolation::SharedSchemas::none();
    let diagnosis = patient.configured(|b| b.shared_schemas(none)).doctor().examine().unwrap();
    assert_eq!(diagnosis.findings, []);
}

#[test]
fn quotes_in_names_do_not_break_out_of_the_statements() {
    let patient = Patient::healthy();
    patient.sql("CREATE SCHEMA \"tenant_x\"\"; DROP TABLE tenancy.tenants; --\"");
    let diagnosis = patient.examine();
    let statement = diagnosis.findings[0].mend().next().unwrap().to_owned();
    assert_eq!(statement, "DROP SCHEMA \"tenant_x\"\"; DROP TABLE tenancy.tenants; --\" CASCADE");
    patient.sql(&statement);
    assert_eq!(patient.examine().findings, []);
}

#[test]
fn working_without_roles_on_purpose_is_advice() {
    let patient = Patient::stranger();
    let tenancy = patient.configured(|builder| builder.tenant_roles(TenantRoles::Off));
    tenancy.init().unwrap();
    tenancy.provisioner().create(&tenancy_diesel::NewTenant::new("acme".parse().unwrap())).unwrap();
    let diagnosis = tenancy.doctor().examine().unwrap();
    assert_eq!(codes(&diagnosis), ["roles_off"]);
    assert!(diagnosis.is_healthy());
}

#[test]
fn one_superuser_for_everything_is_told() {
    let patient = Patient::healthy();
    let url = patient.service_url();
    let tenancy = patient.configured(|builder| builder.operator_url(url));
    // The service's login operates here: it cannot read what the examination needs.
    assert!(tenancy.doctor().examine().is_err());
    let superuser = patient.superuser_url();
    let tenancy = tenancy_diesel::Tenancy::builder().database_url(superuser).build().unwrap();
    let diagnosis = tenancy.doctor().examine().unwrap();
    assert_eq!(codes(&diagnosis), ["login_superuser"]);
    assert_eq!(diagnosis.findings[0].severity, Severity::Critical);
    assert_eq!(diagnosis.findings[0].mend().len(), 0, "the bootstrap superuser stays one");
}

#[test]
fn an_operator_who_serves_nobody_is_not_taken_for_the_service() {
    let patient = Patient::healthy();
    let operators = tenancy_diesel::Tenancy::builder().database_url(patient.superuser_url()).build().unwrap();
    assert_eq!(operators.doctor().of_registered_logins().examine().unwrap().findings, []);
}

#[test]
fn a_body_that_cannot_be_decided_is_told_with_its_line_and_a_text_alone_is_advice() {
    let patient = Patient::healthy();
    let make = |body: &str| {
        for schema in ["base_template", "tenant_acme", "tenant_globex"] {
            patient.sql(&format!("SET ROLE {{owner}}; SET check_function_bodies = off; CREATE OR REPLACE FUNCTION {schema}.say() RETURNS text LANGUAGE sql AS $$ {body} $$"));
        }
        patient.tenancy().doctor().examine_tenants().unwrap()
    };
    assert_eq!(make("SELECT 'x' FROM base_template.notes").findings, []);
    let text = make("SELECT\n'base_template'");
    assert_eq!(codes(&text), ["undecided_bodies"]);
    assert!(text.is_healthy());
    let subject = &text.findings[0].subjects[0];
    assert!(subject.starts_with("base_template.say(), line 2: `'base_template'`: "), "{subject}");
    let alias = make("SELECT base_template.id::text FROM notes AS base_template");
    assert_eq!(codes(&alias), ["undecided_bodies"]);
    assert!(!alias.is_healthy());
}

/// Built-in functions, functions in C, functions with a path of their own, and what no cascade runs.
#[test]
fn what_a_cascade_may_run_raises_no_alarm() {
    let patient = Patient::healthy();
    patient.sql(
        "SET ROLE {owner};
         CREATE FUNCTION tenant_acme.own(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql
             SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN true; END';
         CREATE FUNCTION tenant_acme.free(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
         CREATE FUNCTION tenant_acme.bound(int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT abs($1) + 1; END;
         CREATE FUNCTION tenant_acme.log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
         CREATE TABLE tenant_acme.child (
             note_id int REFERENCES tenant_acme.notes ON DELETE SET NULL ON UPDATE CASCADE,
             other int DEFAULT tenant_acme.free(1),
             made text GENERATED ALWAYS AS (upper(note_id::text)) STORED,
             CHECK (tenant_acme.own(note_id) AND tenant_acme.bound(note_id) > 0));
         CREATE INDEX ON tenant_acme.child (lower(made)) WHERE tenant_acme.own(note_id);
         CREATE TRIGGER log AFTER UPDATE ON tenant_acme.child FOR EACH ROW EXECUTE FUNCTION tenant_acme.log();
         CREATE TRIGGER insert BEFORE INSERT ON tenant_acme.child FOR EACH ROW EXECUTE FUNCTION tenant_acme.log();
         CREATE TABLE tenant_acme.plain (
             note_id int REFERENCES tenant_acme.notes, CHECK (tenant_acme.free(note_id) > 0));
         RESET ROLE;
         GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_acme.child, tenant_acme.plain TO {acme}",
    );
    let diagnosis = patient.examine();
    assert_eq!(diagnosis.finding("runs_as_owner"), None);
    assert_eq!(diagnosis.finding("definer_without_path"), None);
}
