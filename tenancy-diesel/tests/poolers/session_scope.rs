//! Why [`Scope::Session`] is refused behind a pooler in transaction mode.
//!
//! [`Scope::Session`]: tenancy_diesel::Scope::Session

use diesel::connection::{CacheSize, SimpleConnection as _};
use diesel::prelude::*;
use tenancy_diesel::{Error, PoolSettings};

use crate::behind::{Behind, owners};

/// A pool that takes no session away from the pooler before it needs one.
fn small() -> PoolSettings {
    PoolSettings { max_size: 2, min_idle: Some(0), ..PoolSettings::default() }
}

/// A path that is set for a session, as everybody does it without this library: the other tenant's rows.
#[test]
fn a_path_that_is_set_for_the_session_reads_another_tenants_rows() {
    let behind = Behind::pooler_of(1);
    behind.tenant("acme");
    behind.tenant("globex");
    let mut acme = PgConnection::establish(&behind.url()).unwrap();
    let mut globex = PgConnection::establish(&behind.url()).unwrap();
    for conn in [&mut acme, &mut globex] {
        conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    }
    acme.batch_execute("SET search_path TO tenant_acme").unwrap();
    globex.batch_execute("SET search_path TO tenant_globex").unwrap();
    assert_eq!(owners(&mut acme).unwrap(), ["globex"], "the leak that this library is about");
}

/// This library's own session scope does not get that far: the statements that it prepared are another's.
#[test]
fn pinned_sessions_break_behind_it_instead_of_leaking() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    let tenancy = behind.world.another(|builder| builder.database_url(behind.url()).pool(small()));
    let mut broken = 0;
    for _ in 0..4 {
        let (first, second) = (tenancy.connect(&acme), tenancy.connect(&globex));
        match (first, second) {
            (Ok(mut first), Ok(mut second)) => {
                let read = (owners(&mut first), owners(&mut second));
                broken += usize::from(!matches!(&read, (Ok(a), Ok(g)) if a == &["acme"] && g == &["globex"]));
            }
            _ => broken += 1,
        }
    }
    assert!(broken > 0, "it would be worth knowing why this works");
}

#[test]
fn the_doctor_finds_it_and_looks_no_further() {
    let behind = Behind::pooler_of(2);
    let tenancy = behind.world.another(|builder| builder.database_url(behind.url()).pool(small()));
    let diagnosis = tenancy.doctor().examine().unwrap();
    assert_eq!(diagnosis.findings.len(), 1, "{diagnosis:?}");
    assert_eq!((diagnosis.findings[0].code, diagnosis.is_healthy()), ("pooler", false));
    assert_eq!(diagnosis.findings[0].subjects, ["the URL for requests"]);
    let through_the_pooler = behind.tenancy.doctor().examine().unwrap();
    assert!(through_the_pooler.finding("pooler").is_none(), "{through_the_pooler:?}");
    assert!(through_the_pooler.checked.len() > 40);
}

#[test]
fn it_is_refused_at_the_start() {
    let behind = Behind::pooler_of(1);
    let tenancy = behind.world.another(|builder| builder.database_url(behind.url()));
    let refused = tenancy.check_pooler().unwrap_err();
    assert!(matches!(refused, Error::TransactionPooler { url_of: "`database_url`", .. }), "{refused}");
    behind.tenancy.check_pooler().unwrap();
    let operators = behind.world.another(|builder| builder.operator_url(behind.url()));
    let refused = operators.check_pooler().unwrap_err();
    assert!(matches!(refused, Error::TransactionPooler { url_of: "`operator_url`", .. }), "{refused}");
}
