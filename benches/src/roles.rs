//! The first pin of a new connection, by how many tenants' roles its login is a member of.

use anyhow::{Context as _, Result};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel::{PgConnection, sql_query};
use tenancy_diesel::core::name::RoleName;
use tenancy_diesel::{SecretKey, TenantId};

use crate::desk;
use crate::measure::{Effort, Lap, Way, times};
use crate::server::{Database, Server};
use crate::table::Table;

/// What the tables call a login, and of how many roles it is a member. 625 is a sixteenth of 10,000.
const LOGINS: [(&str, usize); 5] = [
    ("first pin, login of one tenant", 1),
    ("first pin, shard of 625 tenants", 625),
    ("first pin, login of 1,000 tenants", 1_000),
    ("first pin, login of 2,000 tenants", 2_000),
    ("first pin, login of 10,000 tenants", 10_000),
];

const NEXT: &str = "each further pin";

/// One tenant and the login that serves it.
struct Served {
    url: String,
    id: TenantId,
    slug: String,
    schema: String,
}

/// Measures and prints.
pub(crate) fn run(server: &Server, quick: bool) -> Result<()> {
    let effort = Effort { rounds: if quick { 3 } else { 40 }, laps: 2 };
    let database = server.database()?;
    let served = serve(&database)?;
    let mut ways: Vec<Way<'_>> = LOGINS
        .iter()
        .zip(&served)
        .map(|(&(what, _), served)| {
            Way::parts([what], move |lap: &mut Lap<'_>| {
                let mut conn = served.connect()?;
                lap.start();
                served.pin(&mut conn)?;
                lap.mark();
                Ok(())
            })
        })
        .collect();
    let one = &served[0];
    ways.push(Way::parts([NEXT], move |lap: &mut Lap<'_>| {
        let mut conn = one.connect()?;
        served_before(one, &mut conn)?;
        lap.start();
        one.pin(&mut conn)?;
        lap.mark();
        Ok(())
    }));
    Table::new("The first pin of a new connection", &times(&mut ways, effort)?, LOGINS[0].0).print();
    Ok(())
}

fn served_before(served: &Served, conn: &mut PgConnection) -> Result<()> {
    served.pin(conn)?;
    Ok(conn.batch_execute("RESET ROLE; RESET ALL; SELECT pg_advisory_unlock_all()")?)
}

/// A tenant for each login, and as many roles for the login as it is to be a member of.
fn serve(database: &Database) -> Result<Vec<Served>> {
    let key: SecretKey = "ab".repeat(32).parse()?;
    let tenancy = desk::configured(database.url(), |builder| builder.secret_key(key))?;
    let slugs = desk::open(&tenancy, LOGINS.len())?;
    let shards = tenancy.logins().add_shards(LOGINS.len())?;
    tenancy.logins().spread(|_, _| ())?;
    // Roles belong to the whole server: named after the database, and dropped with the server.
    let stem = shards[0].as_str().trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let fillers = LOGINS.iter().map(|(_, count)| *count).max().unwrap_or_default();
    database.sql(&format!(
        "DO $$ BEGIN FOR n IN 1 .. {fillers} LOOP EXECUTE 'CREATE ROLE {stem}f' || n; END LOOP; END $$"
    ))?;
    let mut served = Vec::new();
    for (slug, (_, count)) in slugs.iter().zip(LOGINS) {
        let tenant = tenancy.tenant(slug)?;
        let login = tenant.login.as_ref().context("a shard serves the tenant")?;
        grant(database, login, &stem, count - 1)?;
        database.sql(&format!("ALTER ROLE {login} PASSWORD 'bench'"))?;
        served.push(Served {
            url: format!("{}?user={login}&password=bench", database.url()),
            id: tenant.id,
            slug: slug.to_string(),
            schema: format!("tenant_{slug}"),
        });
    }
    database.sql("VACUUM ANALYZE")?;
    Ok(served)
}

fn grant(database: &Database, login: &RoleName, stem: &str, count: usize) -> Result<()> {
    // One statement: a GRANT each would make PostgreSQL look at what was granted before, each time.
    let roles: Vec<String> = (1..=count).map(|n| format!("{stem}f{n}")).collect();
    match roles.is_empty() {
        true => Ok(()),
        false => database.sql(&format!("GRANT {} TO {login}", roles.join(", "))),
    }
}

impl Served {
    fn connect(&self) -> Result<PgConnection> {
        Ok(PgConnection::establish(&self.url)?)
    }

    fn pin(&self, conn: &mut PgConnection) -> Result<()> {
        sql_query("SELECT * FROM tenancy.pin($1, $2, $3, $4, '1', false)")
            .bind::<SqlUuid, _>(self.id.as_uuid())
            .bind::<Text, _>(&self.slug)
            .bind::<Text, _>(&self.schema)
            .bind::<Text, _>(format!("\"{}\", pg_temp", self.schema))
            .execute(conn)?;
        Ok(())
    }
}
