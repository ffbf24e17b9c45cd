//! What a session is told: its search path, its settings, its gate.

use proptest::prelude::*;
use tenancy_core::isolation::{Gate, SessionDefaults, SharedSchemas, Statements};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use crate::lexer::{Strings, Token, scan};
use crate::{corpus, inputs};

/// The schemas in a `search_path`, after `SplitIdentifierString` (varlena.c), which is no SQL: it knows blanks, commas
/// and double quotes, and nothing else.
fn elements(path: &str) -> Result<Vec<String>, String> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{b}');
    let mut elements = Vec::new();
    let mut rest = path.trim_start_matches(blank);
    loop {
        let element = if let Some(quoted) = rest.strip_prefix('"') {
            let mut name = String::new();
            let mut left = quoted;
            loop {
                let (before, after) = left.split_once('"').ok_or("a quote without an end")?;
                name.push_str(before);
                match after.strip_prefix('"') {
                    Some(doubled) => left = doubled,
                    None => {
                        rest = after;
                        break;
                    }
                }
                name.push('"');
            }
            name
        } else {
            let end = rest.find(|c| c == ',' || blank(c)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            rest = after;
            name.to_lowercase()
        };
        if element.is_empty() {
            return Err("an element of no length".to_owned());
        }
        elements.push(element);
        rest = rest.trim_start_matches(blank);
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start_matches(blank),
            None if rest.is_empty() => return Ok(elements),
            None => return Err(format!("`{rest}` behind an element")),
        }
    }
}

fn a_path_has_the_elements_that_were_configured(
    schema: &str,
    shared: &[String],
) -> Result<(), TestCaseError> {
    let Ok(schema) = SchemaName::parse(schema) else { return Ok(()) };
    let refused = shared.iter().any(|name| {
        let special = name.starts_with("pg_") || ["", "$user", "tenancy"].contains(&name.as_str());
        special || name.len() > 63 || name.contains('\0')
    });
    let schemas = SharedSchemas::of(shared.to_vec());
    prop_assert_eq!(schemas.is_err(), refused);
    let Ok(schemas) = schemas else { return Ok(()) };
    let path = schemas.search_path(&schema);
    let mut expected = vec![schema.to_string()];
    expected.extend_from_slice(shared);
    expected.push("pg_temp".to_owned());
    prop_assert_eq!(elements(path.as_str()).map_err(TestCaseError::fail)?, expected.clone());
    // The same as a list of identifiers in SQL.
    let tokens = scan(path.as_str(), Strings::Standard).map_err(TestCaseError::fail)?;
    let names: Vec<_> = tokens
        .into_iter()
        .filter_map(|token| match token {
            Token::Ident(name) | Token::Word(name) => Some(name),
            _ => None,
        })
        .collect();
    prop_assert_eq!(names, expected);
    Ok(())
}

fn settings(name: &str, value: &str) -> SessionDefaults {
    // One that is always there is replaced; then there is one statement less, whatever it is called.
    SessionDefaults::default().with(name, value)
}

fn is_set_already(name: &str) -> bool {
    ["client_encoding", "timezone", "default_transaction_isolation"]
        .contains(&name.to_ascii_lowercase().as_str())
}

/// Compares a script's tokens with those of its harmless twin: equal but for what stands in `replaced`.
fn same_but_for(script: &Script, twin: &Script, replaced: &[(&str, &str)]) -> Result<(), TestCaseError> {
    for strings in [Strings::Standard, Strings::Escaping] {
        let tokens = scan(script.as_str(), strings).map_err(TestCaseError::fail)?;
        let put = |text: String| {
            replaced.iter().find(|(from, _)| *from == text).map_or(text, |(_, to)| (*to).to_owned())
        };
        let expected: Vec<_> = scan(twin.as_str(), strings)
            .map_err(TestCaseError::fail)?
            .into_iter()
            .map(|token| match token {
                Token::Ident(name) => Token::Ident(put(name)),
                Token::Text(text) => Token::Text(put(text)),
                other => other,
            })
            .collect();
        prop_assert_eq!(tokens, expected);
    }
    Ok(())
}

fn a_setting_is_one_statement(parts: &[String], value: &str) -> Result<(), TestCaseError> {
    let name = parts.join(".");
    if is_set_already(&name) {
        return Ok(());
    }
    let harmless: Vec<_> = (0..parts.len()).map(|part| format!("part{part}")).collect();
    let mut replaced: Vec<_> =
        harmless.iter().map(String::as_str).zip(parts.iter().map(String::as_str)).collect();
    replaced.push(("value", value));
    let twin = settings(&harmless.join("."), "value");
    same_but_for(&settings(&name, value).script(), &twin.script(), &replaced)
}

fn the_gate_is_the_same_batch_for_everybody(
    pin: &str,
    path: &str,
    name: &str,
    value: &str,
    prepared: u32,
) -> Result<(), TestCaseError> {
    if is_set_already(name) {
        return Ok(());
    }
    for statements in [Statements::Deallocate, Statements::Keep { prepared }] {
        let batch = Gate::new(&settings(name, value)).batch(pin, path, statements);
        let twin = Gate::new(&settings("harmless_name", "harmless value")).batch(
            "harmless pin",
            "harmless path",
            statements,
        );
        let replaced = [
            ("harmless_name", name),
            ("harmless value", value),
            ("harmless pin", pin),
            ("harmless path", path),
        ];
        same_but_for(&batch, &twin, &replaced)?;
    }
    Ok(())
}

/// A name between dots: not empty, and without dots.
fn part(text: &str) -> String {
    let part = text.replace(['.', '\0'], "_");
    if part.is_empty() { "\"".to_owned() } else { part }
}

#[test]
fn corpus() {
    for text in corpus::texts() {
        for shared in [vec![text.clone()], vec!["public".to_owned(), text.clone(), "x".to_owned()]] {
            a_path_has_the_elements_that_were_configured("tenant_acme", &shared).unwrap();
        }
        let storable = text.replace('\0', "");
        a_setting_is_one_statement(&[part(&text)], &storable).unwrap();
        a_setting_is_one_statement(&[part(&text), part(&text)], &storable).unwrap();
        the_gate_is_the_same_batch_for_everybody(&storable, &storable, &part(&text), &storable, 0).unwrap();
    }
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn paths(schema in "[a-z0-9_]{1,63}", shared in prop::collection::vec(inputs::texts(), 0..4)) {
        a_path_has_the_elements_that_were_configured(&schema, &shared)?;
    }

    #[test]
    fn session_defaults(parts in prop::collection::vec(inputs::names().prop_map(|name| part(&name)), 1..4), value in inputs::storable()) {
        a_setting_is_one_statement(&parts, &value)?;
    }

    #[test]
    fn gates(pin in inputs::storable(), path in inputs::storable(), name in inputs::names(), value in inputs::storable(), prepared: u32) {
        the_gate_is_the_same_batch_for_everybody(&pin, &path, &part(&name), &value, prepared)?;
    }
}
