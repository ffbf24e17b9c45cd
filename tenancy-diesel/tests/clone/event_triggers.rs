//! Event triggers of the database see a clone as what it is: commands. One that objects ends it, and nothing remains.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_diesel::blueprint::{capture, fingerprint};

use crate::support::database::Database;
use crate::support::dump::assert_same;
use crate::template::{SUPPORT_DESK, clone, schema, template, value};

fn database(sql: &str) -> (Database, PgConnection) {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(SUPPORT_DESK).unwrap();
    conn.batch_execute(sql).unwrap();
    (database, conn)
}

const LOG: &str = "
    CREATE TABLE public.log (event text, tag text, object text);
    CREATE FUNCTION public.log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_EVENT = 'sql_drop' THEN
            INSERT INTO public.log SELECT TG_EVENT, TG_TAG, object_identity FROM pg_event_trigger_dropped_objects();
        ELSIF TG_EVENT = 'ddl_command_end' THEN
            INSERT INTO public.log SELECT TG_EVENT, command_tag, object_identity FROM pg_event_trigger_ddl_commands();
        ELSE
            INSERT INTO public.log VALUES (TG_EVENT, TG_TAG, NULL);
        END IF;
    END $$;
    CREATE EVENT TRIGGER log_start ON ddl_command_start EXECUTE FUNCTION public.log_ddl();
    CREATE EVENT TRIGGER log_end ON ddl_command_end EXECUTE FUNCTION public.log_ddl();
    CREATE EVENT TRIGGER log_drop ON sql_drop EXECUTE FUNCTION public.log_ddl();";

#[test]
fn one_that_logs_sees_every_command_of_a_clone_and_nothing_of_a_capture() {
    let (database, mut conn) = database(LOG);
    capture(&mut conn, &template()).unwrap();
    assert_eq!(value(&mut conn, "SELECT count(*) FROM public.log").as_deref(), Some("0"));
    clone(&mut conn, "tenant_acme").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
    for (tag, object) in [
        ("CREATE SCHEMA", "tenant_acme"),
        ("CREATE TABLE", "tenant_acme.tickets"),
        ("CREATE VIEW", "tenant_acme.open_tickets"),
        ("CREATE FUNCTION", "tenant_acme.touch()"),
        ("CREATE TRIGGER", "touch on tenant_acme.tickets"),
    ] {
        let logged = format!(
            "SELECT count(*) FROM public.log WHERE event = 'ddl_command_end' AND tag = '{tag}' AND object = '{object}'"
        );
        assert_eq!(value(&mut conn, &logged).as_deref(), Some("1"), "{tag} {object}");
    }
    let dropped = "SELECT count(*) FROM public.log WHERE event = 'sql_drop' OR object LIKE '%entinel%'";
    assert_eq!(value(&mut conn, dropped).as_deref(), Some("0"));
}

#[test]
fn one_that_refuses_ends_the_clone_with_its_words_and_nothing_remains() {
    for event in ["ddl_command_start", "ddl_command_end"] {
        let (_database, mut conn) = database(&format!(
            "CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no views here'; END $$;
             CREATE EVENT TRIGGER refuse ON {event} WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION public.refuse()"
        ));
        let script = capture(&mut conn, &template()).unwrap().render(&schema("tenant_acme"));
        let error = conn.transaction(|conn| conn.batch_execute(script.as_str())).unwrap_err();
        assert!(error.to_string().contains("no views here"), "{error}");
        assert_eq!(value(&mut conn, "to_regnamespace('tenant_acme')"), None);
    }
}

#[test]
fn one_that_refuses_a_rename_ends_the_capture_with_its_words() {
    let (_database, mut conn) = database(
        "CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'names stay'; END $$;
         CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('ALTER SCHEMA') EXECUTE FUNCTION public.refuse()",
    );
    let error = capture(&mut conn, &template()).unwrap_err();
    let told = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(told.contains("names stay") && told.contains("rename the template"), "{told}");
    fingerprint(&mut conn, &template()).unwrap();
}
