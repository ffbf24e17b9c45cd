use tenancy_diesel::Tenancy;

use crate::patient::Patient;
use crate::proxy::CountingProxy;

#[test]
fn an_examination_costs_the_same_round_trips_for_two_tenants_and_for_a_thousand() {
    let patient = Patient::healthy();
    let few = trips(&patient);
    patient.sql(
        "DO $$ BEGIN FOR n IN 1 .. 1000 LOOP
             EXECUTE format('CREATE SCHEMA tenant_n%s', n);
             EXECUTE format('CREATE TABLE tenant_n%s.notes (id int)', n);
         END LOOP; END $$;
         INSERT INTO tenancy.tenants (slug, name, status, schema_name)
         SELECT 'n' || n, 'n', 'active', 'tenant_n' || n FROM generate_series(1, 1000) n;",
    );
    let many = trips(&patient);
    // A long statement may arrive in two pieces.
    assert!(many <= few + few / 2, "{few} round trips for two tenants, {many} for a thousand");
}

fn trips(patient: &Patient) -> usize {
    let url = patient.superuser_url();
    let proxy = CountingProxy::to(url);
    let tenancy = Tenancy::builder().database_url(proxy.url(url)).build().unwrap();
    tenancy.doctor().examine().unwrap();
    let start = proxy.trips();
    let diagnosis = tenancy.doctor().examine().unwrap();
    assert!(!diagnosis.checked.is_empty());
    proxy.trips() - start
}
