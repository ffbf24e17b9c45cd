//! Texts of migrations: splitting one loses and invents nothing, and no text makes reading it panic.

use proptest::prelude::*;
use proptest::sample::select;
use tenancy_core::migration::lint::{MigrationText, lint};
use tenancy_core::migration::{Statements, ends_transaction, is_in_rust, mentions, stands_alone};
use tenancy_core::name::SchemaNaming;

use crate::lexer::{Strings, Token, scan};
use crate::{corpus, inputs};

/// What migrations are made of, and what could be taken for the end of a statement.
const PIECES: &[&str] = &[
    ";",
    ";",
    ";",
    "(",
    ")",
    "(",
    ")",
    ",",
    ".",
    " ",
    "\n",
    "'",
    "''",
    "';'",
    "\"",
    "\";\"",
    "$$",
    "$$;$$",
    "$a$",
    "--",
    "-- ;\n",
    "-- tenancy: allow drop-table: why\n",
    "-- tenancy: rust\n",
    "/*",
    "*/",
    "/* ; */",
    "[",
    "]",
    "*",
    "=",
    "1",
    "t",
    "a",
    "base_template.",
    "tenant_acme.",
    "public.",
    "U&\"a\"",
    "E'\\';'",
    "ALTER ",
    "TABLE ",
    "ADD ",
    "COLUMN ",
    "DROP ",
    "CREATE ",
    "FUNCTION ",
    "PROCEDURE ",
    "OR REPLACE ",
    "BEGIN ",
    "ATOMIC ",
    "END",
    "CASE ",
    "AS ",
    "INDEX ",
    "UNIQUE ",
    "CONCURRENTLY ",
    "IF NOT EXISTS ",
    "ON ",
    "TYPE ",
    "SET ",
    "NOT NULL ",
    "DEFAULT ",
    "random()",
    "varchar(10) ",
    "numeric(8, 2) ",
    "CHECK ",
    "CONSTRAINT ",
    "REFERENCES ",
    "GENERATED ",
    "UPDATE ",
    "DELETE FROM ",
    "WITH ",
    "WHERE ",
    "DO ",
    "RENAME ",
    "TO ",
    "VALUE ",
    "GRANT ",
    "COMMIT",
    "ROLLBACK ",
    "LOCK ",
    "TRUNCATE ",
    "set_config(",
    "EXTENSION ",
    "VACUUM ",
    "REINDEX ",
    "USING ",
];

/// Statements, none of which ends before its end.
const STATEMENTS: &[&str] = &[
    "SELECT 1",
    "SELECT ';', \";\", $$;$$, $a$;$$;$a$, E'\\';'",
    "/* ; */ SELECT 1 -- ;\n + 1",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT t.end FROM t; END",
    "create or replace procedure p() language sql begin atomic insert into t values (1); end",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)",
    "BEGIN",
    "END",
    "SELECT 'a'\n';'",
];

fn tokens(sql: &str) -> Option<Vec<Token>> {
    scan(sql, Strings::Standard).ok()
}

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

/// Behind each other, the statements have the tokens of the text, semicolons between them apart.
fn splits_cleanly(sql: &str) -> Result<(), TestCaseError> {
    let Ok(statements) = Statements::split(sql) else { return Ok(()) };
    let mut behind = 0;
    let mut split = Vec::new();
    for statement in statements.iter() {
        let (offset, text) = (statement.offset(), statement.text());
        prop_assert!(offset >= behind && !text.is_empty());
        prop_assert_eq!(&sql[offset..offset + text.len()], text);
        prop_assert_eq!(statement.line(), 1 + sql[..offset].matches('\n').count());
        let Some(between) = tokens(&sql[behind..offset]) else { return Ok(()) };
        prop_assert!(between.iter().all(|token| *token == Token::Mark(';')), "{between:?}");
        split.extend(between);
        // By itself it is one statement.
        let Ok(own) = Statements::split(text) else { panic!("{text:?} of {sql:?} does not end") };
        prop_assert_eq!(own.len(), 1);
        split.extend(tokens(text).into_iter().flatten());
        behind = offset + text.len();
    }
    let Some(rest) = tokens(&sql[behind..]) else { return Ok(()) };
    prop_assert!(rest.iter().all(|token| *token == Token::Mark(';')), "{rest:?}");
    split.extend(rest);
    if let Some(whole) = tokens(sql) {
        prop_assert_eq!(split, whole);
    }
    Ok(())
}

/// Reads it in every way.
fn is_read(sql: &str) -> Result<(), TestCaseError> {
    splits_cleanly(sql)?;
    let down = Some(sql);
    for transactional in [true, false] {
        let text = MigrationText { name: "1_a", up: sql, down, transactional };
        let lines = sql.lines().count().max(1) + 1;
        for warning in lint(&[text, text], &SchemaNaming::default()) {
            prop_assert!(warning.line >= 1 && warning.line <= lines, "{warning:?}");
        }
    }
    let _ = (is_in_rust(sql), mentions(sql, "t"));
    // What is not refused to share a transaction leaves it open.
    if stands_alone(sql).is_none() {
        prop_assert!(ends_transaction(sql).is_none());
    }
    Ok(())
}

#[test]
fn the_corpus_is_read() {
    for text in corpus::texts() {
        is_read(&text).unwrap();
        is_read(&format!("ALTER TABLE t ADD a text DEFAULT {text}; DROP TABLE t")).unwrap();
    }
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn any_text_is_read(text in inputs::texts()) {
        is_read(&text)?;
    }

    #[test]
    fn any_heap_of_pieces_is_read(text in pieces()) {
        is_read(&text)?;
    }

    #[test]
    fn statements_behind_each_other_are_those_statements(
        chosen in prop::collection::vec(select(STATEMENTS), 0..6),
        between in prop::collection::vec(select(&[";", ";;", " ;\n", ";-- ;\n", "/* ; */;"][..]), 6),
    ) {
        let text: String = chosen.iter().zip(&between).map(|(statement, end)| format!("{statement}{end}")).collect();
        let statements = Statements::split(&text).unwrap();
        let expected: Vec<Vec<Token>> = chosen.iter().map(|statement| tokens(statement).unwrap()).collect();
        let found: Vec<Vec<Token>> = statements.iter().map(|statement| tokens(statement.text()).unwrap()).collect();
        prop_assert_eq!(found, expected);
    }
}
