//! Dedicated tenants' schemas belong to an owner role of their own: what runs with the owner's rights reaches nobody else.

use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DieselError;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{DriftOptions, RunOptions, Side, TenantCopy};

use crate::dedicated::key;
use crate::house::{House, Logins};
use crate::world::value;

/// A template that may be led astray: a cascade runs a trigger's function, which resolves its names anew each time.
const CHILDREN: &str = "
    CREATE TABLE log (entry text);
    CREATE TABLE children (person_id integer REFERENCES people ON DELETE CASCADE ON UPDATE CASCADE);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        EXECUTE 'INSERT INTO log SELECT text ''gone''';
        RETURN OLD; END $$;
    CREATE TRIGGER note BEFORE DELETE ON children FOR EACH ROW EXECUTE FUNCTION note()";

fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}

fn migrate(house: &House, name: &str, sql: &str) {
    house.write(name, sql);
    let run = house.tenancy.fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    assert!(run.is_success(), "{run:?}");
}

fn house(logins: Logins) -> House {
    let house = House::with(logins, |builder| builder.secret_key(key()));
    migrate(&house, "2026-02-01-000000_children", CHILDREN);
    house.attempt("acme", "INSERT INTO children SELECT id FROM people").unwrap();
    house
}

fn owner(house: &House, slug: &str) -> String {
    house.truth(&format!("SELECT coalesce(owner_name, 'none') FROM tenancy.tenants WHERE slug = '{slug}'"))
}

/// What stands in a schema and belongs to somebody else than `role`, and default privileges of others in it.
fn strangers(house: &House, schema: &str, role: &str) -> String {
    house.truth(&format!(
        "SELECT coalesce(string_agg(what, ', '), '') FROM (
             SELECT 'schema ' || nspname AS what FROM pg_namespace
              WHERE nspname = '{schema}' AND nspowner <> '{role}'::regrole
             UNION ALL SELECT relname FROM pg_class
              WHERE relnamespace = '{schema}'::regnamespace AND relowner <> '{role}'::regrole
             UNION ALL SELECT proname FROM pg_proc
              WHERE pronamespace = '{schema}'::regnamespace AND proowner <> '{role}'::regrole
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'i')
             UNION ALL SELECT typname FROM pg_type
              WHERE typnamespace = '{schema}'::regnamespace AND typowner <> '{role}'::regrole
             UNION ALL SELECT 'default privileges of ' || pg_get_userbyid(defaclrole) FROM pg_default_acl
              WHERE defaclnamespace = '{schema}'::regnamespace AND defaclrole <> '{role}'::regrole) AS found"
    ))
}

/// The twin of `a_trigger_before_a_cascade_runs_as_the_owner_unless_its_path_is_its_own`, which is the shared tenant's.
#[test]
fn a_cascade_of_a_dedicated_tenant_reaches_nobody_else() {
    for logins in [Logins::Superuser, Logins::One, Logins::Two] {
        let house = house(logins);
        let attack = "SET search_path = tenant_globex; DELETE FROM tenant_acme.people";
        let again = "INSERT INTO people (name) VALUES ('acme'); INSERT INTO children SELECT id FROM people";
        assert_eq!(house.attempt("acme", attack), Ok(()), "on a shared login it is an attack");
        assert_eq!(house.truth("SELECT count(*) FROM tenant_globex.log"), "1");
        house.attempt("acme", again).unwrap();
        house.tenancy.logins().dedicate(&slug("acme")).unwrap();
        // The function finds no table of that name: its owner may not even use the other schema.
        let refused = house.attempt("acme", attack).unwrap_err();
        assert_eq!(refused, "relation \"log\" does not exist", "{logins:?}");
        let named = "SET search_path = tenant_acme; DELETE FROM people";
        assert_eq!(house.attempt("acme", named), Ok(()));
        assert_eq!(house.truth("SELECT count(*) FROM tenant_globex.log"), "1");
        assert_eq!(house.truth("SELECT count(*) FROM tenant_acme.log"), "1");
        // Nor the other way round: the owner of all others has no rights in a dedicated tenant's schema.
        house.attempt("globex", "INSERT INTO children SELECT id FROM people").unwrap();
        let back = house.attempt("globex", "SET search_path = tenant_acme; DELETE FROM tenant_globex.people");
        assert_eq!(back.unwrap_err(), "relation \"log\" does not exist", "{logins:?}");
    }
}

/// Whatever a tenant's SQL makes its owner do. The way in is a domain called `text` in the tenant's temporary schema, whose
/// check is a function of the tenant's; the template's function calls it as the owner.
#[test]
fn code_that_runs_as_a_tenants_own_owner_reaches_nobody_else() {
    let house = house(Logins::Two);
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    let (own, all) = (owner(&house, "acme"), house.truth("SELECT owner_role FROM tenancy.installation"));
    let (acme, globex) = (house.tenant_role("acme"), house.tenant_role("globex"));
    let as_owner = |sql: &str| -> Result<String, String> {
        let mut conn = house.enter("acme");
        conn.batch_execute(
            "INSERT INTO people (name) VALUES ('one more');
             INSERT INTO children SELECT max(id) FROM people;
             CREATE FUNCTION pg_temp.evil(value pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$
             DECLARE said pg_catalog.text := 'done';
             BEGIN
                 BEGIN
                     IF current_setting('attack.sql') LIKE 'SELECT%' THEN EXECUTE current_setting('attack.sql') INTO said;
                     ELSE EXECUTE current_setting('attack.sql'); END IF;
                 EXCEPTION WHEN OTHERS THEN said := 'ERROR ' || SQLERRM; END;
                 PERFORM set_config('attack.said', coalesce(said, 'done'), false);
                 RETURN true;
             END $$;
             CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.evil(VALUE));
             SET search_path = pg_temp, tenant_acme, pg_catalog",
        )
        .unwrap();
        let attack = format!("SELECT set_config('attack.sql', $attack${sql}$attack$, false)");
        conn.batch_execute(&attack).unwrap();
        conn.batch_execute("DELETE FROM tenant_acme.people WHERE name = 'one more'").map_err(|error| {
            match error {
                DieselError::DatabaseError(_, info) => info.message().to_owned(),
                other => other.to_string(),
            }
        })?;
        let said = value(&mut conn, "current_setting('attack.said')");
        said.strip_prefix("ERROR ").map_or(Ok(said.clone()), |error| Err(error.to_owned()))
    };
    assert_eq!(as_owner("SELECT current_user::pg_catalog.text"), Ok(own.clone()), "the way in is one");
    assert_eq!(
        as_owner("SELECT count(*)::pg_catalog.text FROM tenant_acme.people WHERE name = 'acme'"),
        Ok("1".into())
    );
    let refused = [
        "SELECT name FROM tenant_globex.people".to_owned(),
        "INSERT INTO tenant_globex.log VALUES ('x')".to_owned(),
        "SELECT version FROM base_template.__diesel_schema_migrations".to_owned(),
        "SELECT body FROM pg_catalog.query_to_xml('SELECT name FROM tenant_globex.people', true, false, '') AS body".to_owned(),
        "CREATE VIEW tenant_acme.spy AS SELECT name FROM tenant_globex.people".to_owned(),
        "CREATE MATERIALIZED VIEW tenant_acme.spy AS SELECT name FROM tenant_globex.people".to_owned(),
        "CREATE TABLE tenant_acme.spy (id integer REFERENCES tenant_globex.people)".to_owned(),
        "CREATE TABLE tenant_acme.spy () INHERITS (tenant_globex.people)".to_owned(),
        "CREATE RULE spy AS ON INSERT TO tenant_globex.people DO ALSO SELECT 1".to_owned(),
        "CREATE POLICY spy ON tenant_globex.people".to_owned(),
        "CREATE EVENT TRIGGER spy ON ddl_command_start EXECUTE FUNCTION tenant_acme.note()".to_owned(),
        "CREATE SCHEMA mine".to_owned(),
        "CREATE FUNCTION public.spy() RETURNS integer LANGUAGE sql AS 'SELECT 1'".to_owned(),
        "ALTER TABLE tenant_acme.people SET SCHEMA tenant_globex".to_owned(),
        "ALTER TABLE tenant_acme.people SET SCHEMA public".to_owned(),
        "ALTER SCHEMA tenant_acme RENAME TO tenant_initech".to_owned(),
        format!("ALTER SCHEMA tenant_acme OWNER TO {all}"),
        format!("SET ROLE {all}"),
        format!("SET ROLE {globex}"),
        "RESET ROLE".to_owned(),
        "SET SESSION AUTHORIZATION DEFAULT".to_owned(),
        format!("SELECT set_config('role', '{globex}', false)"),
        format!("GRANT {own} TO {login}"),
        format!("GRANT {own} TO {acme}"),
        format!("GRANT {all} TO {own}"),
        format!("REASSIGN OWNED BY {own} TO {all}"),
        format!("DROP OWNED BY {all}"),
        format!("ALTER DEFAULT PRIVILEGES FOR ROLE {all} GRANT SELECT ON TABLES TO {acme}"),
        format!("ALTER ROLE {acme} LOGIN"),
        "SELECT tenancy.act_as_owner(NULL, false)".to_owned(),
        "SELECT tenancy.own_together(NULL)".to_owned(),
        "SELECT tenancy.lend(NULL, NULL)".to_owned(),
        "SELECT slug FROM tenancy.tenants".to_owned(),
        "SELECT secret FROM tenancy.logins".to_owned(),
        "UPDATE tenancy.tenants SET schema_name = 'tenant_globex'".to_owned(),
        "UPDATE tenancy.tenants SET owner_name = NULL".to_owned(),
        "DELETE FROM tenancy.tenants".to_owned(),
        "COPY tenant_acme.people TO PROGRAM 'true'".to_owned(),
    ];
    for attack in &refused {
        let said = as_owner(attack).expect_err(attack);
        let known = ["permission denied", "must be ", "cannot set ", "must have admin option"];
        assert!(known.iter().any(|known| said.starts_with(known)), "{attack}: {said}");
    }
    // It may write down its own migrations, as its owner does, and nobody else's: it sees its own row only.
    assert_eq!(
        as_owner("SELECT count(*)::pg_catalog.text FROM (SELECT id FROM tenancy.tenants) AS t"),
        Ok("1".into())
    );
    assert_eq!(as_owner("UPDATE tenancy.tenants SET template_version = 'x'"), Ok("done".into()));
    assert_eq!(house.truth("SELECT count(*) FROM tenancy.tenants WHERE template_version = 'x'"), "1");
    // A grant in its own schema opens nothing else.
    as_owner(&format!("GRANT ALL ON SCHEMA tenant_acme TO {globex}")).unwrap();
    assert_eq!(house.value("globex", "SELECT name FROM people"), "globex");
}

#[test]
fn a_dedicated_tenant_is_migrated_renamed_adopted_and_given_back() {
    for logins in [Logins::Superuser, Logins::One, Logins::Two] {
        let house = house(logins);
        let everybody = house.truth("SELECT owner_role FROM tenancy.installation");
        migrate(
            &house,
            "2026-02-02-000000_kinds",
            "CREATE TABLE parts (id integer, at date) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parts DEFAULT;
             CREATE STATISTICS twofold ON id, at FROM parts; CREATE DOMAIN nick AS text; CREATE TYPE pair AS (a integer, b integer);
             CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM people; CREATE SEQUENCE counter;
             CREATE TYPE span AS RANGE (SUBTYPE = integer); CREATE PROCEDURE rest() LANGUAGE sql AS 'SELECT 1'",
        );
        // Its range's functions belong to the bootstrap superuser, which stands in nobody's way.
        house.move_in("initech");
        let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
        let own = owner(&house, "acme");
        assert!(own.starts_with("owner_") && login.as_str().ends_with(&own[6..]), "{own}");
        assert_eq!(strangers(&house, "tenant_acme", &own), "", "{logins:?}");
        assert_eq!(strangers(&house, "tenant_globex", &everybody), "", "{logins:?}");
        let memberships = format!(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
             WHERE (m.roleid = '{own}'::regrole OR m.member = '{own}'::regrole) AND r.rolname NOT LIKE 'operator%'
               AND r.rolname NOT LIKE 'app%' AND NOT r.rolsuper"
        );
        assert_eq!(house.truth(&memberships), "0", "what was lent is taken back");
        // Later migrations act as that owner, and the tenant may use what they make.
        migrate(
            &house,
            "2026-02-03-000000_more",
            "CREATE TABLE more (id serial PRIMARY KEY, me text DEFAULT current_user)",
        );
        house
            .attempt(
                "acme",
                "INSERT INTO more (me) VALUES ('x'); SELECT * FROM parts; SELECT nextval('counter')",
            )
            .unwrap();
        assert!(house.attempt("acme", "INSERT INTO __diesel_schema_migrations VALUES ('x')").is_err());
        let exec =
            house.tenancy.fleet().exec("SELECT current_user::text AS me", &[slug("acme")], |_| {}).unwrap();
        assert!(serde_json::to_string(&exec).unwrap().contains(&own), "{exec:?}");
        assert_eq!(strangers(&house, "tenant_acme", &own), "", "{logins:?}");
        house.tenancy.provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
        assert_eq!(house.value("apex", "SELECT name FROM people"), "acme");
        migrate(&house, "2026-02-04-000000_late", "CREATE TABLE late (id integer)");
        house.attempt("apex", "INSERT INTO late VALUES (1)").unwrap();
        house.tenancy.roles().apply(&[], |_, result| assert!(result.is_ok(), "{result:?}")).unwrap();
        assert_eq!(strangers(&house, "tenant_apex", &own), "", "adoption leaves it alone");
        let standing = house.tenancy.roles().standing().unwrap();
        assert!(standing.iter().all(|one| one.owned), "{standing:?}");
        assert_eq!(standing[0].owner.as_ref().map(ToString::to_string), Some(own.clone()));
        let found = house.tenancy.doctor().examine().unwrap();
        for rights in [
            "not_owned",
            "rights_missing",
            "foreign_rights",
            "role_owns",
            "default_grants",
            "role_memberships",
        ] {
            assert_eq!(found.finding(rights), None, "{logins:?}");
        }
        // And back.
        house.tenancy.logins().undedicate(&slug("apex")).unwrap();
        assert_eq!(owner(&house, "apex"), "none");
        assert_eq!(strangers(&house, "tenant_apex", &everybody), "", "{logins:?}");
        assert_eq!(house.truth(&format!("SELECT count(*) FROM pg_roles WHERE rolname = '{own}'")), "0");
        migrate(&house, "2026-02-05-000000_last", "CREATE TABLE last (id integer)");
        house.attempt("apex", "INSERT INTO last VALUES (1); INSERT INTO late VALUES (2)").unwrap();
        // Large objects that its owner made are data: they stay.
        house.tenancy.logins().dedicate(&slug("apex")).unwrap();
        house.tenancy.fleet().exec("SELECT lo_from_bytea(4711, 'kept')", &[slug("apex")], |_| {}).unwrap();
        house.tenancy.logins().undedicate(&slug("apex")).unwrap();
        assert_eq!(house.truth("SELECT convert_from(lo_get(4711), 'UTF8')"), "kept");
        // A tenant that is dropped takes its owner along.
        house.tenancy.logins().dedicate(&slug("apex")).unwrap();
        house.tenancy.provisioner().drop(&slug("apex")).unwrap();
        assert_eq!(house.truth(&format!("SELECT count(*) FROM pg_roles WHERE rolname = '{own}'")), "0");
        assert_eq!(house.value("globex", "SELECT name FROM people"), "globex");
    }
}

/// Dedicated by a version that knew no owners of single tenants.
#[test]
fn a_tenant_that_was_dedicated_before_gets_its_owner_by_the_same_command() {
    let house = house(Logins::Two);
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    house.sql("SELECT tenancy.own_together(id) FROM tenancy.tenants");
    assert_eq!(owner(&house, "acme"), "none");
    assert_eq!(house.value("acme", "session_user"), login.as_str());
    let found = house.tenancy.doctor().examine().unwrap();
    assert_eq!(found.finding("dedicated_without_owner").unwrap().subjects, ["acme"]);
    assert_eq!(house.tenancy.logins().dedicate(&slug("acme")).unwrap(), login);
    assert!(owner(&house, "acme").starts_with("owner_"));
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme");
    assert_eq!(house.tenancy.doctor().examine().unwrap().finding("dedicated_without_owner"), None);
}

/// A second operator, let in after the tenant was dedicated.
#[test]
fn whoever_operates_later_may_act_as_the_owners_of_single_tenants_too() {
    let house = house(Logins::Two);
    house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    let own = owner(&house, "acme");
    let later = house.role("later");
    house.sql(&format!(
        "CREATE ROLE {later} LOGIN NOINHERIT CREATEROLE PASSWORD 'later'; GRANT {} TO {later}",
        house.role("operator")
    ));
    house.sql(&format!(
        "SET SESSION AUTHORIZATION {later}; SET ROLE {}; SELECT tenancy.establish_roles(); RESET SESSION AUTHORIZATION",
        house.role("operator")
    ));
    let member = format!("SELECT pg_has_role('{later}', '{own}', 'MEMBER')");
    assert_eq!(house.truth(&member), "true");
}

/// A database that is not open to everybody.
#[test]
fn logins_of_ours_may_connect_where_not_everybody_may() {
    let house = House::with(Logins::Two, |builder| builder.secret_key(key()));
    house.sql(
        "DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$",
    );
    house.sql(&format!(
        "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {}', current_database()); END $$",
        house.role("app")
    ));
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    assert_eq!(house.value("acme", "session_user"), login.as_str());
    let shards = house.tenancy.logins().add_shards(1).unwrap();
    house.tenancy.logins().spread(|_, result| assert!(result.is_ok(), "{result:?}")).unwrap();
    assert_eq!(house.value("globex", "session_user"), shards[0].as_str());
    house.tenancy.logins().undedicate(&slug("acme")).unwrap();
    assert_eq!(house.truth(&format!("SELECT count(*) FROM pg_roles WHERE rolname = '{login}'")), "0");
    let left = "SELECT count(*) FROM pg_database d, aclexplode(d.datacl) a
                WHERE d.datname = current_database() AND pg_get_userbyid(a.grantee) LIKE 'login_%'";
    assert_eq!(house.truth(left), "0");
}

/// Back to the version that knew no owners of single tenants, and forth.
#[test]
fn going_back_a_version_gives_every_schema_back() {
    use diesel::prelude::*;
    use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
    const REGISTRY: EmbeddedMigrations = embed_migrations!("../migrations/registry");
    let house = house(Logins::Two);
    house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    let everybody = house.truth("SELECT owner_role FROM tenancy.installation");
    let mut conn = PgConnection::establish(&house.url_as("operator")).unwrap();
    conn.batch_execute("SET search_path TO tenancy").unwrap();
    while house.truth("SELECT max(version) FROM tenancy.__diesel_schema_migrations").as_str()
        >= "20261122000001"
    {
        conn.revert_last_migration(REGISTRY).unwrap();
    }
    assert_eq!(strangers(&house, "tenant_acme", &everybody), "");
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme", "the pin is the same");
    house.tenancy.init().unwrap();
    house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    assert!(owner(&house, "acme").starts_with("owner_"));
}

/// Its schema belongs to somebody else than the template, which is no difference, and so do what its copies are made of.
#[test]
fn a_dedicated_tenant_has_not_drifted_and_can_be_cloned() {
    for logins in [Logins::Superuser, Logins::One, Logins::Two] {
        let house = house(logins);
        house.tenancy.logins().dedicate(&slug("acme")).unwrap();
        let own = owner(&house, "acme");
        let report = house.tenancy.drift().check(&DriftOptions::default(), |_| {}).unwrap();
        assert!(report.is_clean(), "{logins:?} {report:?}");
        let diff =
            house.tenancy.drift().diff(&Side::Tenant(slug("globex")), &Side::Tenant(slug("acme"))).unwrap();
        assert_eq!(diff, [], "{logins:?}");

        let copy = TenantCopy::new(slug("initech")).with_data(true);
        house.tenancy.provisioner().clone_tenant(&slug("acme"), &copy).unwrap();
        assert_eq!(house.value("initech", "SELECT string_agg(name, ' ') FROM people"), "acme");
        assert_eq!(strangers(&house, "tenant_acme", &own), "", "{logins:?}");
        let everybody = house.truth("SELECT owner_role FROM tenancy.installation");
        assert_eq!(strangers(&house, "tenant_initech", &everybody), "", "{logins:?}");
        let lent = format!(
            "SELECT count(*) FROM pg_auth_members WHERE roleid = '{own}'::regrole AND member = '{everybody}'::regrole"
        );
        assert_eq!(house.truth(&lent), "0", "what was lent is taken back");
    }
}
