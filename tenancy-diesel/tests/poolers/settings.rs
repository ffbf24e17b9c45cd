//! What every transaction starts with.

use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Date, Timestamptz};

use crate::behind::Behind;
use crate::world::value;

#[test]
fn session_defaults_hold_in_every_transaction_and_nowhere_else() {
    let behind = Behind::with(1, |builder| {
        builder
            .session_default("statement_timeout", "12345ms")
            .session_default("application_name", "it's")
            .session_default("my.setting", "mine")
    });
    let acme = behind.tenant("acme");
    let mut stranger = PgConnection::establish(&behind.url()).unwrap();
    for _ in 0..3 {
        let found = behind
            .run(&acme, |conn| {
                let settings =
                    ["statement_timeout", "application_name", "my.setting", "transaction_isolation"];
                Ok(settings.map(|name| value(conn, &format!("current_setting('{name}')"))))
            })
            .unwrap();
        assert_eq!(found, ["12345ms", "it's", "mine", "read committed"]);
        assert_eq!(value(&mut stranger, "current_setting('statement_timeout')"), "0");
        assert_eq!(value(&mut stranger, "current_setting('my.setting', true)"), "");
    }
}

/// Texts with a time in them depend on the session's time zone, which behind a pooler is another client's.
#[test]
fn times_mean_the_same_whatever_zone_other_clients_live_in() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    let noon = Utc.with_ymd_and_hms(2026, 7, 1, 12, 0, 0).unwrap();
    let database = value(&mut behind.world.bare(), "quote_ident(current_database())");
    behind.world.sql(&format!("ALTER DATABASE {database} SET TimeZone = 'Asia/Tokyo'"));
    for zone in ["Asia/Tokyo", "America/New_York", "UTC"] {
        let mut stranger = PgConnection::establish(&behind.url()).unwrap();
        stranger.batch_execute(&format!("SET TimeZone = '{zone}'; SET DateStyle = German")).unwrap();
        let (parsed, text, day): (DateTime<Utc>, String, NaiveDate) = behind
            .run(&acme, |conn| {
                let parsed = sql::<Timestamptz>("'2026-07-01 12:00'::timestamptz");
                let day = sql::<Date>("'2026-07-01 23:00+00'::timestamptz::date");
                Ok((
                    diesel::select(parsed).get_result(conn)?,
                    value(conn, "'2026-07-01 12:00+00'::timestamptz"),
                    diesel::select(day).get_result(conn)?,
                ))
            })
            .unwrap();
        assert_eq!((parsed, day), (noon, noon.date_naive()), "{zone}");
        assert_eq!(text, "2026-07-01 12:00:00+00", "{zone}");
        assert_eq!(value(&mut stranger, "current_setting('TimeZone')"), zone, "the stranger keeps its own");
    }
}
