//! A sign-up: a clone of the template, whole and in its parts.

use std::cell::Cell;

use anyhow::Result;
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::blueprint::{capture, fingerprint};
use tenancy_diesel::core::blueprint::Blueprint;
use tenancy_diesel::core::name::{Ident, SchemaName};
use tenancy_diesel::{NewTenant, Tenancy};

use crate::measure::{Effort, Way, times, trips};
use crate::proxy::CountingProxy;
use crate::psql::Psql;
use crate::server::Server;
use crate::statements::statements;
use crate::table::Table;
use crate::{desk, wide};

const SCRIPT: &str = "the rendered script, one batch";
const CREATE: &str = "provisioner().create()";
const FINGERPRINT: &str = "of which the fingerprint";
const CAPTURE: &str = "capture (only when the template changed)";
const LIKE: &str = "CREATE TABLE LIKE per table (incomplete)";
const REPLAY: &str = "the script's statements one by one";
const PSQL: &str = "the script by `psql -1 -f`, with its start";

/// Names the clones; the schemas stay, so every clone finds a slightly larger catalogue than the one before.
#[derive(Default)]
struct Names(Cell<u32>);

/// Measures and prints.
pub(crate) fn run(server: &Server, quick: bool) -> Result<()> {
    let effort = Effort { rounds: if quick { 5 } else { 25 }, laps: 2 };
    let database = server.database()?;
    let names = Names::default();
    let figures = times(&mut ways(database.url(), &desk::tenancy(database.url())?, &names)?, effort)?;
    let proxy = CountingProxy::to(database.url());
    let through = proxy.url(database.url());
    let counted = trips(&mut ways(&through, &desk::tenancy(&through)?, &names)?, &proxy, 3)?;
    Table::new("A sign-up: the demo's template (3 tables)", &figures, SCRIPT).with_trips(&counted).print();

    let database = server.database()?;
    database.sql(&wide::template(200))?;
    let tenancy = Tenancy::builder().database_url(database.url()).build()?;
    tenancy.init()?;
    let effort = Effort { rounds: if quick { 2 } else { 7 }, laps: 1 };
    let figures = times(&mut ways(database.url(), &tenancy, &names)?, effort)?;
    Table::new("A sign-up: a template of 200 tables", &figures, SCRIPT).print();
    Ok(())
}

fn ways<'a>(url: &str, tenancy: &'a Tenancy, names: &'a Names) -> Result<Vec<Way<'a>>> {
    let template = tenancy.naming().template();
    let connect = || Ok::<_, anyhow::Error>(<PgConnection as diesel::Connection>::establish(url)?);
    let mut conn = connect()?;
    let blueprint = capture(&mut conn, template)?;
    let (script, like) = (blueprint.clone(), likes(&mut conn, template)?);
    let (replay, file) = (blueprint.clone(), blueprint);
    let [mut batch, mut statement, mut print, mut read, mut like_conn] =
        [connect()?, connect()?, connect()?, connect()?, conn];
    let psql = Psql::find(url)?;
    Ok(vec![
        Way::parts([SCRIPT], move |lap| {
            let sql = format!("BEGIN;\n{}COMMIT", script.render(&names.next()?));
            lap.start();
            batch.batch_execute(&sql)?;
            lap.mark();
            Ok(())
        }),
        Way::new(CREATE, move || {
            let slug = names.next()?.as_str().replace("tenant_", "").parse()?;
            tenancy.provisioner().create(&NewTenant::new(slug))?;
            Ok(())
        }),
        Way::new(FINGERPRINT, move || {
            fingerprint(&mut print, template)?;
            Ok(())
        }),
        Way::new(CAPTURE, move || {
            capture(&mut read, template)?;
            Ok(())
        }),
        Way::parts([LIKE], move |lap| {
            let sql = like.replace("%schema%", names.next()?.as_str());
            lap.start();
            like_conn.batch_execute(&sql)?;
            lap.mark();
            Ok(())
        }),
        Way::parts([REPLAY], move |lap| {
            let script = outside_a_transaction(&replay, &names.next()?);
            lap.start();
            for sql in statements(&script) {
                statement.batch_execute(sql)?;
            }
            lap.mark();
            Ok(())
        }),
        Way::parts([PSQL], move |lap| {
            let path = psql.write(file.render(&names.next()?).as_str())?;
            lap.start();
            psql.run(&path)?;
            lap.mark();
            Ok(())
        }),
    ])
}

impl Names {
    fn next(&self) -> Result<SchemaName> {
        self.0.set(self.0.get() + 1);
        Ok(SchemaName::parse(&format!("tenant_n{}", self.0.get()))?)
    }
}

/// The script for a session that commits after each statement, where `SET LOCAL` would do nothing.
fn outside_a_transaction(blueprint: &Blueprint, schema: &SchemaName) -> String {
    blueprint.render(schema).as_str().replace("SET LOCAL ", "SET ")
}

/// What is written by hand where no library does it, in one transaction; for the schema `%schema%`. It keeps the
/// template's sequences and types, and loses foreign keys, triggers, functions and views.
fn likes(conn: &mut PgConnection, template: &SchemaName) -> Result<String> {
    use diesel::prelude::*;
    diesel::table! { pg_catalog.pg_tables (tablename) { schemaname -> Text, tablename -> Text, } }
    let tables: Vec<String> = pg_tables::table
        .filter(pg_tables::schemaname.eq(template.as_str()))
        .select(pg_tables::tablename)
        .load(conn)?;
    let creates: String = tables
        .iter()
        .map(|table| {
            let table = Ident::new(table);
            format!("CREATE TABLE %schema%.{table} (LIKE {}.{table} INCLUDING ALL);\n", template.ident())
        })
        .collect();
    Ok(format!("BEGIN;\nCREATE SCHEMA %schema%;\n{creates}COMMIT"))
}
