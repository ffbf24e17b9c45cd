//! Connection strings: the reader never panics, and an unencrypted host elsewhere does not get past it.

use proptest::prelude::*;
use tenancy_core::conninfo::{ConnInfo, LibpqEnvironment};

use crate::{corpus, inputs};

fn is_read(conninfo: &str) {
    let _ = ConnInfo::read(conninfo, &LibpqEnvironment::default()).require_encryption();
}

#[test]
fn corpus() {
    for conninfo in corpus::conninfo().iter().chain(&corpus::texts()) {
        is_read(conninfo);
    }
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn no_connection_string_makes_the_reader_panic(text in inputs::texts(), near in "postgres://[a-z%@:/?=&,\\[\\].0-9']*|[a-z]+ *= *'?[a-z\\\\' =]*") {
        is_read(&text);
        is_read(&near);
    }

    #[test]
    fn a_remote_host_is_refused_in_either_form(host in "[a-z]{3,12}\\.(com|org|internal)", user in "[a-z]{1,8}") {
        for conninfo in [format!("postgres://{user}@{host}/db"), format!("user={user} host={host}"), format!("postgresql:///db?host={host}")] {
            prop_assert!(ConnInfo::read(&conninfo, &LibpqEnvironment::default()).require_encryption().is_err(), "{}", conninfo);
        }
    }
}
