//! Migrations tried by logins that are no superusers.

use tenancy_diesel::TrialOptions;

use crate::house::{House, Logins};

const UP: &str = "
    ALTER TABLE people ADD COLUMN email text; UPDATE people SET email = name || '@example.com', mood = 'cross';
    CREATE TABLE notes (id serial PRIMARY KEY, person_id integer REFERENCES people);
    INSERT INTO notes (person_id) SELECT id FROM people;
    CREATE FUNCTION shout() RETURNS text LANGUAGE sql STABLE AS 'SELECT upper(string_agg(name, '' '')) FROM people';
    DO $$ BEGIN
        IF current_user = session_user THEN RAISE EXCEPTION 'as the login'; END IF;
        IF headcount() > 1 THEN RAISE EXCEPTION 'rows of others'; END IF;
    END $$";

/// Schemas, roles, memberships and rights.
const STANDING: &str = "SELECT md5(concat_ws(' ',
    (SELECT string_agg(nspname || nspowner || nspacl::text, ' ' ORDER BY nspname) FROM pg_namespace),
    (SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE '%' || (SELECT left(owner_role, 20) FROM tenancy.installation) || '%'),
    (SELECT string_agg(m.roleid || ' ' || m.member || m.grantor, ' ' ORDER BY m.roleid, m.member, m.grantor) FROM pg_auth_members m
      JOIN tenancy.tenants t ON m.roleid IN (to_regrole(t.role_name), to_regrole(t.owner_name))),
    (SELECT count(*) FROM pg_default_acl), (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc)))";

#[test]
fn a_trial_works_for_every_login_and_leaves_no_right() {
    for logins in [Logins::Superuser, Logins::One, Logins::Two] {
        let house = House::new(logins);
        // One whose schema has an owner of its own.
        let id = house.truth("SELECT id FROM tenancy.tenants WHERE slug = 'globex'");
        if logins == Logins::Superuser {
            house.sql(&format!("SELECT tenancy.own_apart('{id}')"));
        }
        house.write("2026-02-01-000000_notes", UP);
        let before = house.truth(STANDING);
        let report = house.tenancy.trial().run(&TrialOptions::default(), |_| {}).unwrap();
        assert!(report.is_success(), "{logins:?}: {report:?}");
        assert_eq!(
            report.subjects.iter().map(|one| one.rows).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(1)]
        );
        let changes = report.subjects[2].migrations[0].changes.iter().map(ToString::to_string);
        assert!(
            changes.clone().any(|change| change == "table notes is extra"),
            "{:?}",
            changes.collect::<Vec<_>>()
        );
        assert_eq!(house.truth(STANDING), before, "{logins:?}");
        assert_eq!(house.value("acme", "SELECT string_agg(name || mood, ' ') FROM people"), "acmecalm");
    }
}

#[test]
fn a_dedicated_tenant_is_tried_by_an_operator_that_is_no_superuser() {
    let house = House::with(Logins::Two, |builder| builder.secret_key(crate::dedicated::key()));
    house.tenancy.logins().dedicate(&"globex".parse().unwrap()).unwrap();
    house.write("2026-02-01-000000_notes", UP);
    let before = house.truth(STANDING);
    let report = house.tenancy.trial().run(&TrialOptions::default(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_eq!(house.truth(STANDING), before);
}
