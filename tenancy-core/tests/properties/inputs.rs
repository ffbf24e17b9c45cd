//! Random inputs, made of the corpus' pieces as often as of arbitrary characters.

use proptest::prelude::*;
use proptest::sample::select;

use crate::corpus;

/// 1,000 cases, or as many as `PROPTEST_CASES` says.
pub(crate) fn config() -> ProptestConfig {
    let config = ProptestConfig { max_global_rejects: u32::MAX, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases: 1_000, ..config },
    }
}

/// Any text at all.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let pieces =
        prop_oneof![4 => select(corpus::texts()), 1 => "\\PC{0,3}", 1 => "[\"'\\\\$;\\n a-zA-Z0-9-]{0,3}"];
    prop_oneof![
        3 => prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

/// Any text that PostgreSQL can hold, which is any without a NUL.
pub(crate) fn storable() -> impl Strategy<Value = String> {
    texts().prop_map(|text| text.replace('\0', "\u{1}"))
}

/// As [`storable`], and fit to be a name: not empty.
pub(crate) fn names() -> impl Strategy<Value = String> {
    storable().prop_map(|text| if text.is_empty() { "\"".to_owned() } else { text })
}
