//! A rendered schema: the words of the template stand where harmless ones would, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use tenancy_core::blueprint::{Blueprint, Deparsed, Object, Sentinel};
use tenancy_core::name::SchemaName;

use crate::hand::quoted;
use crate::lexer::{Strings, Token, scan};
use crate::shapes::{self, Part};
use crate::{corpus, inputs};

fn sentinel() -> Sentinel {
    Sentinel::new("7f3ab2c4")
}

fn schema(name: &str) -> SchemaName {
    SchemaName::parse(name).unwrap()
}

/// For each word a harmless one. They sort alike, because objects of one stage are created in the order of their
/// names.
fn harmless(words: &[String]) -> (Vec<String>, BTreeMap<String, String>) {
    let sorted: BTreeSet<&String> = words.iter().collect();
    let names: BTreeMap<&String, String> =
        sorted.into_iter().enumerate().map(|(rank, word)| (word, format!("n{rank:04}"))).collect();
    let twins = words.iter().map(|word| names[word].clone()).collect();
    (twins, names.into_iter().map(|(word, name)| (name, word.clone())).collect())
}

/// Puts the words back: as a whole, and between quotes inside a text that names something.
fn put_back(payload: String, words: &BTreeMap<String, String>) -> String {
    if let Some(word) = words.get(&payload) {
        return word.clone();
    }
    match payload.split_once("\"n") {
        Some((before, after)) if after.len() == 5 => words
            .get(&format!("n{}", &after[..4]))
            .map_or(payload.clone(), |word| format!("{before}{}", quoted(word))),
        _ => payload,
    }
}

fn tokens(objects: Vec<Object>, target: &SchemaName) -> Result<Option<Vec<Token>>, TestCaseError> {
    // Objects may need each other in a way that cannot be created; then no words make it possible.
    let Ok(blueprint) = Blueprint::new(schema("base_template"), objects) else { return Ok(None) };
    let script = blueprint.render(target);
    // It reads the same under either setting.
    let tokens = scan(script.as_str(), Strings::Standard)
        .map_err(|e| TestCaseError::fail(format!("{e}: {script}")))?;
    let escaping = scan(script.as_str(), Strings::Escaping)
        .map_err(|e| TestCaseError::fail(format!("{e}: {script}")))?;
    prop_assert_eq!(&tokens, &escaping);
    Ok(Some(tokens))
}

fn words_do_not_change_the_script(shape: &[Part], words: &[String]) -> Result<(), TestCaseError> {
    let (twins, back) = harmless(words);
    // The second schema is a name that the words know as well.
    for target in [schema("tenant_globex"), schema("tenant_acme")] {
        let hostile = tokens(shapes::build(shape, words, &sentinel()), &target)?;
        let expected = tokens(shapes::build(shape, &twins, &sentinel()), &target)?.map(|tokens| {
            tokens
                .into_iter()
                .map(|token| match token {
                    Token::Ident(name) => Token::Ident(put_back(name, &back)),
                    Token::Text(text) => Token::Text(put_back(text, &back)),
                    other => other,
                })
                .collect::<Vec<_>>()
        });
        prop_assert_eq!(hostile, expected);
    }
    Ok(())
}

/// Every reference is replaced and nothing else is touched, the schema's own name in a text included.
fn only_references_are_replaced(pieces: &[String]) -> Result<(), TestCaseError> {
    let reference = |name: &str| format!("\"{name}\".");
    let written = pieces.join(&reference(sentinel().as_str()));
    let deparsed = Deparsed::split(&written, &sentinel()).map_err(|e| TestCaseError::fail(e.to_string()))?;
    for target in ["tenant_acme", "base_template"] {
        prop_assert_eq!(deparsed.join(&schema(target)), pieces.join(&reference(target)));
    }
    Ok(())
}

/// A sentinel that PostgreSQL did not quote is a text that knows it, and no reference.
fn a_sentinel_without_quotes_is_refused(before: &str, after: &str) -> Result<(), TestCaseError> {
    let quoted = before.ends_with('"') && after.trim_start_matches('\\').starts_with('"');
    let split = Deparsed::split(&format!("{before}{}{after}", sentinel().as_str()), &sentinel());
    prop_assert_eq!(split.is_ok(), quoted);
    Ok(())
}

/// The corpus without what cannot be a name.
fn words() -> Vec<String> {
    corpus::texts().into_iter().filter(|text| !text.is_empty() && !text.contains('\0')).collect()
}

#[test]
fn corpus() {
    let words = words();
    for shape in shapes::every_kind() {
        for six in words.chunks(6) {
            words_do_not_change_the_script(&shape, six).unwrap();
        }
        for word in &words {
            words_do_not_change_the_script(&shape, std::slice::from_ref(word)).unwrap();
        }
    }
    for text in &words {
        only_references_are_replaced(&[text.clone(), text.clone(), String::new()]).unwrap();
        a_sentinel_without_quotes_is_refused(text, text).unwrap();
    }
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn scripts(shape in shapes::shapes(), words in prop::collection::vec(prop_oneof![2 => inputs::names(), 1 => select(words())], 1..8)) {
        words_do_not_change_the_script(&shape, &words)?;
    }

    #[test]
    fn references(pieces in prop::collection::vec(inputs::storable(), 0..6)) {
        only_references_are_replaced(&pieces)?;
    }

    #[test]
    fn stray_sentinels(before in inputs::storable(), after in inputs::storable()) {
        a_sentinel_without_quotes_is_refused(&before, &after)?;
    }
}
