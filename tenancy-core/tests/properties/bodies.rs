//! Bodies of functions: a qualification by the template's name becomes one by the clone's, and nothing else changes.

use proptest::prelude::*;
use proptest::sample::select;
use tenancy_core::blueprint::{Body, Language};
use tenancy_core::name::SchemaName;

use crate::lexer::{Strings, Token, scan};
use crate::{corpus, inputs};

const TEMPLATE: &str = "base_template";
const CLONE: &str = "tenant_of_nobody_else";

/// What bodies are made of, the more awkward the better.
const PIECES: &[&str] = &[
    "base_template",
    "BASE_Template",
    "\"base_template\"",
    "\"Base_Template\"",
    "base_template2",
    "ébase_template",
    "base_template$",
    "x",
    "\"a\"\"b\"",
    "operator",
    "OPERATOR(",
    "E",
    "e",
    "n",
    "U&",
    "B",
    "$1",
    "$",
    "$$",
    "$q$",
    "$base_template$",
    ".",
    ".",
    ".",
    "..",
    " ",
    "\n",
    "\t",
    "(",
    ")",
    ",",
    ";",
    ":",
    "::",
    ":=",
    "[",
    "]",
    "=",
    "+",
    "-",
    "*",
    "/",
    "<",
    "||",
    "%",
    "--",
    "-- base_template.t\n",
    "/*",
    "*/",
    "/* base_template.t */",
    "/* /* */ base_template.t */",
    "'",
    "''",
    "\"",
    "\\",
    "\\'",
    "'base_template.t'",
    "'x'",
    "E'\\''",
    "E'it\\'s base_template.t'",
    "'a'\n'b'",
    "$$ base_template.t $$",
    "$q$ $$ $q$",
    "1",
    "1.",
    ".5",
    "1..2",
    "1e5",
    "0x1f",
    "ROWTYPE",
    "SELECT",
    "FROM",
    "AS",
];

/// What must not be anything but a clone: whole statements that lex.
const STATEMENTS: &[&str] = &[
    "SELECT * FROM base_template.t;",
    "PERFORM base_template . \"T\" ( 1 );",
    "x base_template.t%ROWTYPE;",
    "SELECT 1 OPERATOR(base_template.===) 2;",
    "FOR i IN 1..base_template.f() LOOP",
    "SELECT 'base_template.t';",
    "SELECT r.base_template.x, r.base_template;",
    "/* a /* b */ */ -- c\n",
    "SELECT E'\\\\' || '\\' || $_$ ' $_$;",
    "INSERT INTO \"base_template\" /* . */ .t -- x\n VALUES (base_template.f($1));",
];

fn schema(name: &str) -> SchemaName {
    SchemaName::parse(name).unwrap()
}

fn read(text: &str) -> Body {
    Body::read(text, &schema(TEMPLATE), Language::Sql, [])
}

fn is_template(token: &Token) -> bool {
    matches!(token, Token::Word(name) | Token::Ident(name) if name == TEMPLATE)
}

/// The tokens as they should be in the clone, by the words of the module's documentation.
fn expected(tokens: &[Token]) -> Vec<Token> {
    let dot = |token: Option<&Token>| token == Some(&Token::Mark('.'));
    let name = |token: Option<&Token>| matches!(token, Some(Token::Word(_) | Token::Ident(_)));
    let at = |index: Option<usize>| index.and_then(|index| tokens.get(index));
    let before = |index: usize, count| at(index.checked_sub(count));
    let qualifies = |index: usize| {
        let operator = matches!(at(Some(index + 2)), Some(Token::Operator(_)))
            && before(index, 1) == Some(&Token::Mark('('))
            && before(index, 2) == Some(&Token::Word("operator".to_owned()));
        dot(at(Some(index + 1))) && (name(at(Some(index + 2))) || operator)
    };
    let preceded = |index: usize| dot(before(index, 1));
    let occurrences = || (0..tokens.len()).filter(|&index| is_template(&tokens[index]));
    let undecided = occurrences().any(|index| !qualifies(index));
    let rewritten = |index: usize| !undecided && is_template(&tokens[index]) && !preceded(index);
    tokens
        .iter()
        .enumerate()
        .map(|(index, token)| match token {
            Token::Word(_) if rewritten(index) => Token::Word(CLONE.to_owned()),
            _ if rewritten(index) => Token::Ident(CLONE.to_owned()),
            _ => token.clone(),
        })
        .collect()
}

/// Only the template's name is taken out; what is left is left byte for byte.
fn parts_are_the_text(text: &str) -> Result<(), TestCaseError> {
    let body = read(text);
    let mut rest = text;
    for (index, part) in body.parts().enumerate() {
        if index > 0 {
            let (hole, behind) = rest.split_at(TEMPLATE.len());
            prop_assert!(hole.eq_ignore_ascii_case(TEMPLATE), "{hole}");
            rest = behind;
        }
        prop_assert!(rest.starts_with(part));
        rest = &rest[part.len()..];
    }
    prop_assert_eq!(rest, "");
    // What is read from a clone is what was read from the template.
    let again = Body::read(&body.join(&schema(CLONE)), &schema(CLONE), Language::Sql, []);
    prop_assert!(again.parts().eq(body.parts()));
    Ok(())
}

/// PostgreSQL sees the same tokens but for the qualifications.
fn tokens_are_those_of_the_template(text: &str) -> Result<(), TestCaseError> {
    let body = read(text);
    let Ok(tokens) = scan(text, Strings::Standard) else { return Ok(()) };
    // A letter behind a number: PostgreSQL 15 refuses it, and 14 reads a string's prefix. No body holds it.
    let junk = |token: &Token| matches!(token, Token::Number(text) if text.ends_with(char::is_alphabetic));
    if tokens.iter().any(junk) {
        return Ok(());
    }
    let found = scan(&body.join(&schema(CLONE)), Strings::Standard).map_err(TestCaseError::fail)?;
    prop_assert_eq!(&found, &expected(&tokens));
    // Nothing that is left names the template in silence.
    let names = |token: &Token| match token {
        Token::Text(text) => {
            text.contains(TEMPLATE) && text.trim_matches(|c| "base_template. t".contains(c)).is_empty()
        }
        token => is_template(token),
    };
    // A field of that name, where nothing could have been qualified, is what it is.
    let fields = tokens.windows(2).any(|pair| pair[0] == Token::Mark('.') && is_template(&pair[1]));
    if found.iter().any(names) && !fields {
        prop_assert!(!body.doubts().is_empty());
    }
    Ok(())
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    parts_are_the_text(text)?;
    tokens_are_those_of_the_template(text)
}

#[test]
fn corpus() {
    for text in corpus::texts() {
        holds(&text).unwrap();
        for statement in STATEMENTS {
            holds(&format!("{statement}{text}")).unwrap();
            holds(&format!("{text}{statement}")).unwrap();
        }
    }
    for statement in STATEMENTS {
        let tokens = scan(statement, Strings::Standard).unwrap();
        let rewritten = expected(&tokens) != tokens;
        assert_eq!(rewritten, read(statement).parts().len() > 1, "{statement}");
    }
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn fragments(pieces in prop::collection::vec(select(PIECES), 0..24)) {
        holds(&pieces.concat())?;
    }

    #[test]
    fn statements(pieces in prop::collection::vec(prop_oneof![4 => select(STATEMENTS), 1 => select(PIECES)], 0..6)) {
        holds(&pieces.join(" "))?;
    }

    #[test]
    fn texts(before in inputs::texts(), after in inputs::texts(), statement in select(STATEMENTS)) {
        holds(&format!("{before}{statement}{after}"))?;
    }
}
