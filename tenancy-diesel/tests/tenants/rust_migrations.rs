//! Migrations that are functions in Rust.

use std::sync::{Arc, Mutex};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use tenancy_diesel::core::fleet::Policy;
use tenancy_diesel::{Error, Migrations, RunOptions, RustMigration, Tenancy};

use crate::desk::{Desk, slug};

const BACKFILL: &str = "2026-03-01-000000_backfill";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Turns each customer's name around, in Rust.
fn turn_around() -> RustMigration {
    let turn = |tenant: &mut tenancy_diesel::MigrationContext<'_>| {
        let rows: Vec<Name> = sql_query("SELECT name FROM customers").load(tenant.conn())?;
        for row in rows {
            sql_query("UPDATE customers SET name = $1 WHERE name = $2")
                .bind::<Text, _>(row.name.chars().rev().collect::<String>())
                .bind::<Text, _>(&row.name)
                .execute(tenant.conn())?;
        }
        Ok(())
    };
    RustMigration::new(BACKFILL, turn).unwrap().with_down(turn)
}

/// A process of the service that registers these.
fn service(desk: &Desk, functions: impl IntoIterator<Item = RustMigration>) -> Tenancy {
    let migrations = Migrations::directory(desk.directory()).unwrap();
    let migrations = functions.into_iter().fold(migrations, Migrations::with);
    desk.another_with(|builder| builder.migrations(migrations))
}

fn with_customers(count: usize) -> Desk {
    let desk = Desk::new();
    desk.create_many(count);
    for n in 0..count {
        desk.world.sql(&format!("INSERT INTO tenant_t{n:02}.customers (name) VALUES ('a{n}z')"));
    }
    desk
}

fn names(desk: &Desk, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| desk.value(&format!("SELECT string_agg(name, ',') FROM tenant_t{n:02}.customers")))
        .collect()
}

#[test]
fn a_function_runs_in_its_place_in_every_tenant_and_can_be_reverted() {
    let desk = with_customers(3);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let look = RustMigration::new("2026-03-02-000000_look", move |tenant| {
        let told = (tenant.slug().map(ToString::to_string), tenant.schema().to_string());
        // It comes after the column, and before it is dropped.
        sql_query("SELECT turned FROM customers").execute(tenant.conn())?;
        noted.lock().unwrap().push(told);
        Ok(())
    })
    .unwrap();
    desk.write("2026-03-03-000000_after", "ALTER TABLE customers DROP COLUMN turned", None);
    desk.write("2026-02-01-000000_before", "ALTER TABLE customers ADD COLUMN turned int", None);
    let service = service(&desk, [look, turn_around()]);
    let report = service.fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    let order = ["2026-02-01-000000_before", BACKFILL, "2026-03-02-000000_look", "2026-03-03-000000_after"];
    assert_eq!(report.template, order);
    assert!(
        report.tenants.len() == 3 && report.tenants.iter().all(|tenant| tenant.done == order),
        "{report:?}"
    );
    assert_eq!(names(&desk, 3), ["z0a", "z1a", "z2a"]);
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.sort();
    let t = |n: &str| (Some(format!("t{n}")), format!("tenant_t{n}"));
    assert_eq!(seen, [(None, "base_template".to_owned()), t("00"), t("01"), t("02")]);
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE '20260301000000' = ANY (migrations)"),
        "3"
    );
    assert!(service.fleet().plan(&Policy::default()).unwrap().is_empty());
}

#[test]
fn a_function_is_reverted_by_its_other_half() {
    let desk = with_customers(2);
    let service = service(&desk, [turn_around()]);
    assert!(service.fleet().migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
    assert_eq!(names(&desk, 2), ["z0a", "z1a"]);
    let report = service.fleet().revert(&Default::default(), &RunOptions::default(), |_| {}).unwrap();
    assert!(report.is_success() && report.template == [BACKFILL], "{report:?}");
    assert_eq!(names(&desk, 2), ["a0z", "a1z"]);
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE '20260301000000' = ANY (migrations)"),
        "0"
    );
}

#[test]
fn a_function_that_fails_leaves_its_tenant_as_it_was() {
    let desk = with_customers(3);
    let fails = RustMigration::new(BACKFILL, |tenant| {
        sql_query("DELETE FROM customers").execute(tenant.conn())?;
        match tenant.slug() {
            Some(slug) if slug.as_str() == "t01" => Err("its file is missing".into()),
            _ => Ok(()),
        }
    })
    .unwrap();
    let report = service(&desk, [fails]).fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.len() == 1 && failed[0].slug == slug("t01"), "{report:?}");
    let error = failed[0].error.as_deref().unwrap();
    assert!(
        [BACKFILL, "tenant_t01", "its file is missing"].iter().all(|part| error.contains(part)),
        "{error}"
    );
    let left = |n: usize| desk.value(&format!("SELECT count(*) FROM tenant_t{n:02}.customers"));
    assert_eq!([left(0), left(1), left(2)], ["0", "1", "0"]);
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE '20260301000000' = ANY (migrations)"),
        "2"
    );
}

#[test]
fn a_program_without_the_function_neither_skips_nor_overtakes_it() {
    let desk = with_customers(2);
    desk.write(BACKFILL, "-- tenancy: rust\n", None);
    desk.write("2026-03-02-000000_after", "ALTER TABLE customers ADD COLUMN late text", None);
    // The one without.
    let pending = desk.tenancy().fleet().template().unwrap().pending;
    assert_eq!(pending, [BACKFILL, "2026-03-02-000000_after"]);
    let refused = desk.tenancy().fleet().migrate(&RunOptions::default(), |_| {}).unwrap_err();
    let error = refused.to_string();
    assert!(error.contains(BACKFILL) && error.contains("let the service"), "{error}");
    assert!(refused.report.tenants.is_empty() && refused.report.run.is_none());
    let late = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'late'";
    assert_eq!(desk.value(late), "0");
    // The one with it.
    let service = service(&desk, [turn_around()]);
    assert!(service.fleet().migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
    assert_eq!((desk.value(late).as_str(), names(&desk, 2)), ("3", vec!["z0a".to_owned(), "z1a".to_owned()]));
    // Done is done for both.
    assert!(desk.tenancy().fleet().plan(&Policy::default()).unwrap().is_empty());
}

#[test]
fn a_function_outside_of_a_transaction_commits_as_it_goes_on() {
    let desk = with_customers(1);
    let batches = RustMigration::new(BACKFILL, |tenant| {
        tenant.conn().transaction::<_, diesel::result::Error, _>(|conn| {
            sql_query("INSERT INTO customers (name) VALUES ('kept')").execute(conn)
        })?;
        Err(if tenant.slug().is_some() { "half-way" } else { return Ok(()) }.into())
    })
    .unwrap()
    .outside_transaction();
    let report = service(&desk, [batches]).fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    assert_eq!(report.failed().count(), 1, "{report:?}");
    assert_eq!(names(&desk, 1), ["a0z,kept"]);
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE '20260301000000' = ANY (migrations)"),
        "0"
    );
}

#[test]
fn a_function_of_a_version_that_is_there_is_refused() {
    let desk = Desk::new();
    let same = RustMigration::new("2026-01-01-000000_other", |_| Ok(())).unwrap();
    let refused = service(&desk, [same]).fleet().migrate(&RunOptions::default(), |_| {});
    assert!(
        matches!(refused, Err(tenancy_diesel::FleetError { source: Error::Catalog(_), .. })),
        "{refused:?}"
    );
}

#[test]
fn a_function_that_panics_fails_in_its_tenant_only() {
    let desk = with_customers(3);
    let panics = RustMigration::new(BACKFILL, |tenant| {
        sql_query("DELETE FROM customers").execute(tenant.conn())?;
        assert!(tenant.slug().is_none_or(|slug| slug.as_str() != "t01"), "a bug in the function");
        Ok(())
    })
    .unwrap();
    let report = service(&desk, [panics]).fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.len() == 1 && failed[0].slug == slug("t01"), "{report:?}");
    assert!(failed[0].error.as_deref().unwrap().contains("a bug in the function"), "{report:?}");
    let left = |n: usize| desk.value(&format!("SELECT count(*) FROM tenant_t{n:02}.customers"));
    assert_eq!([left(0), left(1), left(2)], ["0", "1", "0"]);
}

/// The tenants' enum, which is another type in each schema.
#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "level"))]
pub struct LevelType;

#[derive(Debug, diesel::expression::AsExpression)]
#[diesel(sql_type = LevelType)]
pub struct High;

impl diesel::serialize::ToSql<LevelType, diesel::pg::Pg> for High {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        std::io::Write::write_all(out, b"high")?;
        Ok(diesel::serialize::IsNull::No)
    }
}

#[derive(Debug, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = LevelType)]
pub(crate) struct Level(String);

impl diesel::deserialize::FromSql<LevelType, diesel::pg::Pg> for Level {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        Ok(Self(String::from_utf8(bytes.as_bytes().to_vec())?))
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::LevelType;

    tickets (id) { id -> BigInt, level -> LevelType, }
}

#[test]
fn types_of_one_name_are_each_tenants_own() {
    let desk = Desk::new();
    desk.create_many(4);
    let raise = RustMigration::new(BACKFILL, |tenant| {
        // A text of its own and one that Diesel keeps prepared.
        sql_query("INSERT INTO tickets DEFAULT VALUES").execute(tenant.conn())?;
        diesel::update(tickets::table).set(tickets::level.eq(High)).execute(tenant.conn())?;
        Ok(())
    })
    .unwrap();
    // One connection after the other, which may be the same.
    let report = service(&desk, [raise]).fleet().migrate(&RunOptions::default().jobs(1), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    for n in 0..4 {
        assert_eq!(
            desk.value(&format!("SELECT string_agg(level::text, ' ') FROM tenant_t{n:02}.tickets")),
            "high"
        );
    }
}

#[test]
fn what_a_function_reads_has_the_type_of_each_tenant() {
    let desk = Desk::new();
    desk.create_many(5);
    desk.tenancy().fleet().exec("INSERT INTO tickets DEFAULT VALUES", &[], |_| {}).unwrap();
    let seen = Arc::new(Mutex::new(0));
    let count = Arc::clone(&seen);
    let look = RustMigration::new(BACKFILL, move |tenant| {
        // Prepared under one text in every tenant, and its column has a type of the tenant's own.
        let levels: Vec<Level> = tickets::table.select(tickets::level).load(tenant.conn())?;
        *count.lock().unwrap() += levels.iter().filter(|level| level.0 == "low").count();
        Ok(())
    })
    .unwrap();
    let report = service(&desk, [look]).fleet().migrate(&RunOptions::default().jobs(1), |_| {}).unwrap();
    assert!(report.is_success() && report.tenants.len() == 5, "{report:?}");
    assert_eq!(*seen.lock().unwrap(), 5);
}
