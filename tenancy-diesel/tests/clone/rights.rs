//! Who may do what with a clone: grants, default privileges, owners; and labels.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::blueprint::{CaptureError, capture};

use crate::support::database::Database;
use crate::support::dump::assert_same;
use crate::template::{clone, template, value, values};

const ROLES: &str = "DO $$ BEGIN CREATE ROLE tenancy_rights_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
    DO $$ BEGIN CREATE ROLE \"tenancy Rights writer\"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
    DO $$ BEGIN CREATE ROLE tenancy_rights_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
    DO $$ BEGIN CREATE ROLE tenancy_rights_given; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
    DO $$ BEGIN CREATE ROLE tenancy_rights_login; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;";

const OBJECTS: &str = r#"
CREATE SCHEMA base_template;
SET search_path = base_template;
CREATE TABLE t (id serial PRIMARY KEY, secret text, "Odd ü" text);
CREATE TABLE untouched (id integer);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
CREATE SEQUENCE s;
CREATE TYPE mood AS ENUM ('low');
CREATE DOMAIN small AS integer;
CREATE TYPE pair AS (x integer);
CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p(text) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer);
CREATE AGGREGATE nothing(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
RESET search_path;
"#;

const GRANTS: &str = r#"
SET search_path = base_template;
GRANT USAGE ON SCHEMA base_template TO tenancy_rights_reader;
GRANT USAGE, CREATE ON SCHEMA base_template TO "tenancy Rights writer" WITH GRANT OPTION;
GRANT SELECT ON t, v, m TO tenancy_rights_reader;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON t TO "tenancy Rights writer" WITH GRANT OPTION;
SET ROLE "tenancy Rights writer";
GRANT DELETE ON t TO tenancy_rights_reader;
RESET ROLE;
GRANT SELECT (id), UPDATE ("Odd ü") ON t TO tenancy_rights_reader;
GRANT INSERT ("Odd ü") ON t TO tenancy_rights_reader WITH GRANT OPTION;
GRANT SELECT (id) ON v TO PUBLIC;
GRANT SELECT ON untouched TO PUBLIC;
REVOKE TRUNCATE ON untouched FROM CURRENT_USER;
GRANT USAGE ON SEQUENCE s TO tenancy_rights_reader;
GRANT ALL ON SEQUENCE t_id_seq TO tenancy_rights_reader;
REVOKE USAGE ON TYPE mood, small FROM PUBLIC;
GRANT USAGE ON TYPE mood TO tenancy_rights_reader;
REVOKE USAGE ON TYPE pair FROM PUBLIC, CURRENT_USER;
REVOKE EXECUTE ON FUNCTION f(integer), total(integer), nothing() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f(integer), total(integer) TO tenancy_rights_reader WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION f() TO tenancy_rights_reader;
REVOKE EXECUTE ON PROCEDURE p(text) FROM PUBLIC;
RESET search_path;
"#;

/// What everybody may do in schema `$1`, sorted; who granted it left out.
const RIGHTS: &str = "
WITH ns AS (SELECT oid, nspowner, nspacl FROM pg_namespace WHERE nspname = $1), acls (what, acl) AS (
    SELECT 'schema', nspacl FROM ns
    UNION ALL SELECT relname, relacl FROM pg_class, ns WHERE relnamespace = ns.oid
    UNION ALL SELECT relname || '.' || attname, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid, ns WHERE relnamespace = ns.oid
    UNION ALL SELECT replace(p.oid::regprocedure::text, $1, '@'), proacl FROM pg_proc p, ns WHERE pronamespace = ns.oid
    UNION ALL SELECT typname, typacl FROM pg_type, ns WHERE typnamespace = ns.oid
    UNION ALL SELECT 'later ' || defaclobjtype::text || defaclrole::regrole, defaclacl FROM pg_default_acl, ns WHERE defaclnamespace = ns.oid)
SELECT DISTINCT what || ' ' || coalesce(e.grantee::regrole::text || ' ' || e.privilege_type || ' ' || e.is_grantable, 'default') AS value
FROM acls LEFT JOIN LATERAL aclexplode(acl) e ON true ORDER BY 1";

fn database(sql: &[&str]) -> (Database, PgConnection) {
    let database = Database::fresh();
    let mut conn = database.connect();
    for sql in [ROLES, OBJECTS].iter().chain(sql) {
        conn.batch_execute(sql).unwrap();
    }
    (database, conn)
}

fn assert_same_rights(conn: &mut PgConnection) -> usize {
    let (template, clone) = (values(conn, RIGHTS, "base_template"), values(conn, RIGHTS, "tenant_acme"));
    assert_eq!(template, clone);
    template.len()
}

fn refused(conn: &mut PgConnection) -> Vec<String> {
    match capture(conn, &template()) {
        Err(CaptureError::CannotCarry(refusals)) => refusals.iter().map(ToString::to_string).collect(),
        Ok(_) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn grants_on_every_kind_are_those_of_the_template() {
    let (database, mut conn) = database(&[GRANTS]);
    clone(&mut conn, "tenant_acme").unwrap();
    assert!(assert_same_rights(&mut conn) > 60);
    // pg_dump shows who granted what: in the clone that is the owner.
    conn.batch_execute("REVOKE DELETE ON base_template.t FROM \"tenancy Rights writer\" CASCADE; REVOKE DELETE ON tenant_acme.t FROM tenancy_rights_reader, \"tenancy Rights writer\"").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
}

#[test]
fn a_grant_by_somebody_else_is_the_owners_in_a_clone() {
    let (_database, mut conn) = database(&[GRANTS]);
    clone(&mut conn, "tenant_acme").unwrap();
    let grantor = |conn: &mut PgConnection, schema: &str| {
        value(
            conn,
            &format!(
                "SELECT e.grantor::regrole FROM pg_class, aclexplode(relacl) e WHERE oid = '{schema}.t'::regclass \
            AND e.grantee = 'tenancy_rights_reader'::regrole AND e.privilege_type = 'DELETE'"
            ),
        )
    };
    assert_eq!(grantor(&mut conn, "base_template").as_deref(), Some("\"tenancy Rights writer\""));
    assert_eq!(grantor(&mut conn, "tenant_acme").as_deref(), Some("postgres"));
}

#[test]
fn default_privileges_of_the_schema_are_those_of_the_template_and_reach_what_comes_later() {
    let (database, mut conn) = database(&["
        ALTER DEFAULT PRIVILEGES IN SCHEMA base_template GRANT SELECT, INSERT ON TABLES TO tenancy_rights_reader;
        ALTER DEFAULT PRIVILEGES IN SCHEMA base_template GRANT UPDATE ON TABLES TO tenancy_rights_reader WITH GRANT OPTION;
        ALTER DEFAULT PRIVILEGES IN SCHEMA base_template GRANT USAGE ON SEQUENCES TO PUBLIC;
        ALTER DEFAULT PRIVILEGES FOR ROLE tenancy_rights_owner IN SCHEMA base_template GRANT EXECUTE ON ROUTINES TO tenancy_rights_reader;
        ALTER DEFAULT PRIVILEGES IN SCHEMA base_template GRANT USAGE ON TYPES TO \"tenancy Rights writer\""]);
    clone(&mut conn, "tenant_acme").unwrap();
    // What stood before them has no more rights than it had.
    assert_same_rights(&mut conn);
    assert_same(&database, "base_template", "tenant_acme");
    conn.batch_execute(
        "CREATE TABLE base_template.later (id integer); CREATE TABLE tenant_acme.later (id integer)",
    )
    .unwrap();
    assert_same_rights(&mut conn);
    let may = "has_table_privilege('tenancy_rights_reader', 'tenant_acme.later', 'INSERT')";
    assert_eq!(value(&mut conn, may).as_deref(), Some("true"));
}

#[test]
fn default_privileges_of_a_role_that_the_login_may_not_act_as_are_refused() {
    let (_database, mut conn) = database(&["
        ALTER DEFAULT PRIVILEGES FOR ROLE tenancy_rights_owner IN SCHEMA base_template GRANT EXECUTE ON ROUTINES TO tenancy_rights_reader;"]);
    let name = value(&mut conn, "current_database()").unwrap();
    conn.batch_execute(&format!(
        "GRANT CREATE ON DATABASE {name} TO tenancy_rights_login;
         DROP SCHEMA base_template CASCADE; CREATE SCHEMA base_template AUTHORIZATION tenancy_rights_login;
         ALTER DEFAULT PRIVILEGES FOR ROLE tenancy_rights_owner IN SCHEMA base_template GRANT EXECUTE ON ROUTINES TO tenancy_rights_reader;
         SET ROLE tenancy_rights_login"
    ))
    .unwrap();
    let refused = refused(&mut conn);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].contains("default privileges on new functions belonging to role tenancy_rights_owner"),
        "{refused:?}"
    );
    assert!(refused[0].contains("may not act as"), "{refused:?}");
}

const OTHER_OWNERS: &str = r#"
GRANT USAGE, CREATE ON SCHEMA base_template TO tenancy_rights_owner;
SET search_path = base_template;
GRANT SELECT ON t TO tenancy_rights_reader;
ALTER TABLE t OWNER TO tenancy_rights_owner;
REVOKE INSERT ON t FROM tenancy_rights_owner;
ALTER VIEW v OWNER TO tenancy_rights_owner;
ALTER MATERIALIZED VIEW m OWNER TO tenancy_rights_owner;
ALTER SEQUENCE s OWNER TO tenancy_rights_owner;
ALTER TYPE mood OWNER TO tenancy_rights_owner;
ALTER TYPE pair OWNER TO tenancy_rights_owner;
ALTER DOMAIN small OWNER TO tenancy_rights_owner;
ALTER FUNCTION f(integer) OWNER TO tenancy_rights_owner;
ALTER PROCEDURE p(text) OWNER TO tenancy_rights_owner;
ALTER AGGREGATE nothing(*) OWNER TO tenancy_rights_owner;
CREATE STATISTICS st ON id, secret FROM t;
ALTER STATISTICS st OWNER TO tenancy_rights_owner;
CREATE COLLATION c (LOCALE = 'C');
ALTER COLLATION c OWNER TO tenancy_rights_owner;
CREATE CONVERSION k FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
ALTER CONVERSION k OWNER TO tenancy_rights_owner;
CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer);
ALTER OPERATOR === (integer, integer) OWNER TO tenancy_rights_owner;
CREATE OPERATOR FAMILY fam USING btree;
ALTER OPERATOR FAMILY fam USING btree OWNER TO tenancy_rights_owner;
CREATE OPERATOR CLASS cls FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);
ALTER OPERATOR CLASS cls USING hash OWNER TO tenancy_rights_owner;
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
ALTER TEXT SEARCH DICTIONARY d OWNER TO tenancy_rights_owner;
CREATE TEXT SEARCH CONFIGURATION g (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION g OWNER TO tenancy_rights_owner;
RESET search_path;
"#;

#[test]
fn what_belongs_to_somebody_else_does_in_a_clone() {
    let (database, mut conn) = database(&[OTHER_OWNERS]);
    clone(&mut conn, "tenant_acme").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
    assert_same_rights(&mut conn);
    let owned = |conn: &mut PgConnection, schema: &str| {
        value(
            conn,
            &format!(
                "SELECT count(*) FROM pg_shdepend s CROSS JOIN LATERAL pg_identify_object(s.classid, s.objid, s.objsubid) i \
            WHERE s.refobjid = 'tenancy_rights_owner'::regrole AND s.deptype = 'o' AND i.schema = '{schema}' AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ),
        )
    };
    let expected = owned(&mut conn, "base_template");
    assert_eq!(expected.as_deref(), Some("19"));
    assert_eq!(owned(&mut conn, "tenant_acme"), expected);
}

#[test]
fn an_owner_that_the_login_may_not_make_one_is_refused_and_one_that_it_may_is_carried() {
    let (_database, mut conn) = database(&["DROP SCHEMA base_template CASCADE;
        CREATE SCHEMA base_template AUTHORIZATION tenancy_rights_login; GRANT USAGE, CREATE ON SCHEMA base_template TO tenancy_rights_given;
        CREATE FUNCTION base_template.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TABLE base_template.t (id integer);
        ALTER FUNCTION base_template.f() OWNER TO tenancy_rights_given; ALTER TABLE base_template.t OWNER TO tenancy_rights_login"]);
    let name = value(&mut conn, "current_database()").unwrap();
    conn.batch_execute(&format!(
        "GRANT CREATE ON DATABASE {name} TO tenancy_rights_login; SET ROLE tenancy_rights_login"
    ))
    .unwrap();
    assert_eq!(
        refused(&mut conn),
        [
            "function base_template.f(): it belongs to tenancy_rights_given, the schema to tenancy_rights_login; \
          ALTER ... OWNER TO the owner of the schema; `tenancy roles --apply` does it"
        ]
    );
    conn.batch_execute(
        "RESET ROLE; GRANT tenancy_rights_given TO tenancy_rights_login; SET ROLE tenancy_rights_login",
    )
    .unwrap();
    let cloned = clone(&mut conn, "tenant_acme");
    let owner = value(
        &mut conn,
        "SELECT proowner::regrole FROM pg_proc WHERE pronamespace = 'tenant_acme'::regnamespace",
    );
    // Roles are the cluster's, and other tests rely on this one being nobody's member.
    conn.batch_execute("RESET ROLE; REVOKE tenancy_rights_given FROM tenancy_rights_login").unwrap();
    cloned.unwrap();
    assert_eq!(owner.as_deref(), Some("tenancy_rights_given"));
}

#[test]
fn what_only_a_superuser_may_create_is_refused_to_others_and_carried_for_one() {
    let (_database, mut conn) = database(&["DROP SCHEMA base_template CASCADE; CREATE SCHEMA base_template; SET search_path = base_template;
        CREATE TYPE steps AS RANGE (SUBTYPE = integer);
        CREATE FUNCTION leakproof() RETURNS integer LANGUAGE sql LEAKPROOF AS 'SELECT 1';
        CREATE FUNCTION supported(integer, integer) RETURNS SETOF integer LANGUAGE sql SUPPORT generate_series_int4_support AS 'SELECT 1';
        CREATE FUNCTION internal(integer) RETURNS integer LANGUAGE internal IMMUTABLE AS 'int4abs';
        CREATE OPERATOR FAMILY fam USING btree;
        CREATE OPERATOR CLASS cls FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);
        CREATE TEXT SEARCH TEMPLATE templ (LEXIZE = dsimple_lexize);
        CREATE TEXT SEARCH PARSER pars (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
        -- Newer versions know no range types that are binary-compatible.
        DO $$ BEGIN CREATE CAST (steps AS int4range) WITHOUT FUNCTION;
        EXCEPTION WHEN invalid_object_definition OR wrong_object_type THEN NULL; END $$;
        RESET search_path; ALTER SCHEMA base_template OWNER TO tenancy_rights_login"]);
    clone(&mut conn, "tenant_acme").unwrap();
    let name = value(&mut conn, "current_database()").unwrap();
    conn.batch_execute(&format!(
        "GRANT CREATE ON DATABASE {name} TO tenancy_rights_login; SET ROLE tenancy_rights_login"
    ))
    .unwrap();
    let told: Vec<_> =
        refused(&mut conn).into_iter().filter(|told| told.contains("superuser may create")).collect();
    let objects: Vec<_> = told.iter().map(|told| told.split(": ").next().unwrap()).collect();
    let mut objects = objects.as_slice();
    let cast = value(&mut conn, "EXISTS (SELECT FROM pg_cast WHERE casttarget = 'int4range'::regtype)");
    if cast.as_deref() == Some("true") {
        assert_eq!(objects[0], "cast from base_template.steps to int4range");
        objects = &objects[1..];
    }
    assert_eq!(
        objects,
        [
            "function base_template.internal(integer)",
            "function base_template.leakproof()",
            "function base_template.supported(integer,integer)",
            "operator class base_template.cls for access method hash",
            "operator family base_template.cls for access method hash",
            "operator family base_template.fam for access method btree",
            "text search parser base_template.pars",
            "text search template base_template.templ",
        ]
    );
}
