//! Services that leak without any fault. Each is reported, with the tenant whose data it is.

use std::sync::{Arc, Mutex, OnceLock};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::testing::{IsolationReport, Observed, Probe};
use tenancy_diesel::{Error, TenantSlug};

use crate::ground::{Ground, add, bodies, honest_add, honest_list, refused};

/// Every finding names two different tenants and the place.
fn blamed(report: &IsolationReport, place: &str) {
    refused(report);
    assert!(!report.foreign.is_empty(), "{report}");
    for foreign in &report.foreign {
        assert_ne!(foreign.tenant.as_ref(), Some(&foreign.owner), "{report}");
        assert!(foreign.place.contains(place) && !foreign.excerpt.is_empty(), "{report}");
    }
}

#[test]
fn the_first_tenants_answer_kept_in_a_static() {
    let ground = Ground::new();
    let cache: OnceLock<Vec<String>> = OnceLock::new();
    let report = ground
        .calm()
        .calls("cached list", move |probe: &Probe| {
            let first = || honest_list(probe).expect("calm");
            cache.get_or_init(first).clone()
        })
        .run()
        .unwrap();
    blamed(&report, "row 0");
    let owners: std::collections::BTreeSet<_> = report.foreign.iter().map(|found| &found.owner).collect();
    assert_eq!(owners.len(), 1, "the first tenant's answer, and nobody else's");
    assert!(report.foreign.iter().all(|found| found.operation.as_ref().unwrap().0 == "cached list"));
}

/// The simplest pool: connections without the library.
#[derive(Clone)]
struct BarePool(Arc<Mutex<Vec<PgConnection>>>);

impl BarePool {
    fn of(ground: &Ground, size: usize) -> Self {
        Self(Arc::new(Mutex::new((0..size).map(|_| ground.bare()).collect())))
    }

    fn with<T>(&self, work: impl FnOnce(&mut PgConnection) -> T) -> T {
        let mut conn = loop {
            if let Some(conn) = self.0.lock().unwrap().pop() {
                break conn;
            }
            std::thread::yield_now();
        };
        let result = work(&mut conn);
        self.0.lock().unwrap().push(conn);
        result
    }
}

#[test]
fn a_search_path_that_nobody_resets() {
    let ground = Ground::new();
    let pool = BarePool::of(&ground, 2);
    let forgets = pool.clone();
    let report = ground
        .calm()
        .reads("sets the path", move |probe: &Probe| {
            let schema = probe.tenant().placement.schema().unwrap().to_string();
            pool.with(|conn| {
                conn.batch_execute(&format!("SET search_path = {schema}")).unwrap();
                bodies(conn)
            })
        })
        .calls("believes in public", move |_: &Probe| forgets.with(bodies))
        .run()
        .unwrap();
    blamed(&report, "row");
    assert!(
        report.foreign.iter().all(|found| found.operation.as_ref().unwrap().0 == "believes in public"),
        "{report}"
    );
}

#[test]
fn a_write_that_goes_to_the_wrong_tenant() {
    let ground = Ground::new();
    let tenants: Vec<_> = ground.sentinels.iter().map(|sentinel| sentinel.tenant().clone()).collect();
    // Once in ten, and nothing that is returned shows it.
    let report = ground
        .calm()
        .writes("add", move |probe: &Probe| -> Result<(), Error> {
            let wrong = probe.pick(10) == 0;
            let tenant = tenants.iter().find(|tenant| (tenant.slug == *probe.slug()) != wrong).unwrap();
            add(&mut *probe.tenancy().connect(tenant)?, probe.text()).map_err(Error::from)
        })
        .run()
        .unwrap();
    refused(&report);
    // Totals would be right: every write is somewhere.
    let in_table: Vec<_> = report.foreign.iter().filter(|found| found.operation.is_none()).collect();
    assert!(!in_table.is_empty() && report.missing.len() == in_table.len(), "{report}");
    for found in in_table {
        let written_by = found.written_by.as_ref().unwrap();
        assert_eq!(written_by.0, "add");
        assert!(report.missing.iter().any(|missing| missing.operation == written_by.1), "{report}");
        let schema = format!("column body of table tenant_{}.notes", found.tenant.as_ref().unwrap());
        assert_eq!(found.place, schema);
    }
}

#[test]
fn a_write_that_goes_to_the_shared_schema() {
    let ground = Ground::new();
    let pool = BarePool::of(&ground, 1);
    let report = ground
        .calm()
        .writes("add", honest_add)
        .calls("audit", move |probe: &Probe| pool.with(|conn| add(conn, probe.text())))
        .run()
        .unwrap();
    blamed(&report, "column body of table public.notes");
    assert!(report.foreign.iter().all(|found| found.tenant.is_none()));
    let pool = BarePool::of(&ground, 1);
    let allowed = ground
        .calm()
        .calls("audit", move |probe: &Probe| pool.with(|conn| add(conn, probe.text())))
        .danger_ignore_table("public.notes")
        .run()
        .unwrap();
    tenancy_diesel::assert_isolated!(allowed);
}

#[test]
fn the_body_and_the_header_of_an_error() {
    for place in ["body", "header x-trace"] {
        let ground = Ground::new();
        let last: Mutex<Option<String>> = Mutex::default();
        let report = ground
            .calm()
            .calls("sometimes an error", move |probe: &Probe| {
                let mut last = last.lock().unwrap();
                let before = last.replace(probe.marker().to_uppercase()).unwrap_or_default();
                let answer = Observed::new().status(200);
                match place {
                    "body" => answer.body(format!("{{\"detail\":\"{before} exists already\"}}")).failed(),
                    _ => answer.header("x-trace", format!("after-{before}")).body("fine"),
                }
            })
            .run()
            .unwrap();
        refused(&report);
        assert!(!report.foreign.is_empty(), "{report}");
        assert!(report.foreign.iter().all(|found| found.place == place), "{report}");
    }
}

#[test]
fn the_text_of_a_panic_and_of_an_error() {
    let ground = Ground::new();
    let others: Vec<_> = ground.sentinels.iter().map(|one| one.marker().to_owned()).collect();
    let texts = others.clone();
    let other =
        |probe: &Probe, texts: &[String]| texts.iter().find(|one| *one != probe.marker()).unwrap().clone();
    let report = ground
        .calm()
        .calls("panics", move |probe: &Probe| -> () { panic!("row of {}", other(probe, &others)) })
        .calls("fails", move |probe: &Probe| Err::<(), _>(Error::UnknownTenant(other(probe, &texts))))
        .run()
        .unwrap();
    refused(&report);
    for place in ["panic", "error"] {
        assert!(report.foreign.iter().any(|found| found.place == place), "{report}");
    }
}

#[test]
fn the_name_of_another_tenant() {
    let ground = Ground::new();
    let report = ground
        .calm()
        .calls("all names", |probe: &Probe| {
            Observed::debug(&probe.tenancy().registry().list(&Default::default()))
        })
        .run()
        .unwrap();
    blamed(&report, "value");
}

#[test]
fn an_operator_who_sees_rows() {
    let ground = Ground::new();
    let report = ground.calm().operates("all rows", honest_list).run().unwrap();
    blamed(&report, "row 0");
    assert!(report.foreign.iter().all(|found| found.tenant.is_none()));
}

#[test]
fn bytes_are_shown_in_hexadecimal_and_found() {
    let ground = Ground::new();
    let mut conn = ground.bare();
    let slugs: Vec<&TenantSlug> = ground.sentinels.iter().map(|sentinel| sentinel.slug()).collect();
    let first = ground.sentinels.iter().next().unwrap();
    conn.batch_execute(&format!(
        "CREATE TABLE tenant_{}.files (\"odd name\" jsonb, content bytea);
         INSERT INTO tenant_{0}.files VALUES ('{{\"a\": [1]}}', '{}');",
        slugs[1],
        first.marker(),
    ))
    .unwrap();
    let report = ground.calm().run().unwrap();
    blamed(&report, "column content of table");
}
