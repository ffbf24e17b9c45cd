//! Names and texts on their way into SQL: one token each, that stands for exactly what went in.

use proptest::prelude::*;
use tenancy_core::name::{Ident, Literal};
use tenancy_core::script::Script;

use crate::lexer::{Strings, Token, scan};
use crate::{corpus, inputs};

const SETTINGS: [Strings; 2] = [Strings::Standard, Strings::Escaping];

fn a_literal_is_one_token(text: &str) -> Result<(), TestCaseError> {
    for strings in SETTINGS {
        let tokens = scan(&Literal::new(text).to_string(), strings).map_err(TestCaseError::fail)?;
        prop_assert_eq!(tokens, [Token::Text(text.to_owned())]);
    }
    Ok(())
}

fn an_identifier_is_one_token(name: &str) -> Result<(), TestCaseError> {
    for strings in SETTINGS {
        let tokens = scan(&Ident::new(name).to_string(), strings).map_err(TestCaseError::fail)?;
        prop_assert_eq!(tokens, [Token::Ident(name.to_owned())]);
    }
    Ok(())
}

/// Between other tokens without a blank between them: neither a prefix such as the E of `E'..'` nor what follows runs
/// into them.
fn neighbours_stay_apart(name: &str, text: &str, number: i64) -> Result<(), TestCaseError> {
    let script = Script::new("COMMENT ON TABLE ").ident(Ident::new(name)).sql(".").ident(Ident::new(name));
    let script =
        script.sql(" IS").literal(text).sql("::text;SET ").ident(Ident::new(name)).sql("=").literal(text);
    let script =
        script.sql(";SELECT ").number(number).sql(",").literal(text).sql("AS").ident(Ident::new(name));
    let shown = |number: i64| {
        let digits = Token::Number(number.unsigned_abs().to_string());
        if number < 0 { vec![Token::Operator("-".to_owned()), digits] } else { vec![digits] }
    };
    let (word, mark) = (|word: &str| Token::Word(word.to_owned()), Token::Mark);
    let (ident, literal) = (Token::Ident(name.to_owned()), Token::Text(text.to_owned()));
    let mut expected =
        vec![word("comment"), word("on"), word("table"), ident.clone(), mark('.'), ident.clone()];
    expected.extend([word("is"), literal.clone(), Token::Operator("::".to_owned()), word("text"), mark(';')]);
    expected.extend([
        word("set"),
        ident.clone(),
        Token::Operator("=".to_owned()),
        literal.clone(),
        mark(';'),
    ]);
    expected.push(word("select"));
    expected.extend(shown(number));
    expected.extend([mark(','), literal, word("as"), ident]);
    for strings in SETTINGS {
        prop_assert_eq!(scan(script.as_str(), strings).map_err(TestCaseError::fail)?, expected.as_slice());
    }
    Ok(())
}

/// What PostgreSQL cannot hold stays in the statement, where the driver refuses it (`sessions/structure.rs`); it is
/// neither dropped nor replaced, so no two inputs become one.
fn a_nul_is_kept(text: &str) -> Result<(), TestCaseError> {
    let nuls = |text: &str| text.matches('\0').count();
    prop_assert_eq!(nuls(&Literal::new(text).to_string()), nuls(text));
    prop_assert_eq!(nuls(&Ident::new(text).to_string()), nuls(text));
    Ok(())
}

#[test]
fn corpus() {
    let texts = corpus::texts();
    for text in &texts {
        a_nul_is_kept(text).unwrap();
    }
    let texts: Vec<_> = texts.into_iter().filter(|text| !text.contains('\0')).collect();
    for text in &texts {
        a_literal_is_one_token(text).unwrap();
        if !text.is_empty() {
            an_identifier_is_one_token(text).unwrap();
            for other in &texts {
                neighbours_stay_apart(text, other, i64::MIN).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn literals(text in inputs::storable()) {
        a_literal_is_one_token(&text)?;
    }

    #[test]
    fn identifiers(name in inputs::names()) {
        an_identifier_is_one_token(&name)?;
    }

    #[test]
    fn neighbours(name in inputs::names(), text in inputs::storable(), number: i64) {
        neighbours_stay_apart(&name, &text, number)?;
    }

    #[test]
    fn nuls(text in inputs::texts(), other in inputs::texts()) {
        a_nul_is_kept(&format!("{text}\0{other}"))?;
    }
}
