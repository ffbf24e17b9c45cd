use super::Statement;
use super::statement::line_of;
use crate::lexer::{self, Kind, Token};

/// The statements of a text.
///
/// ```
/// # use tenancy_core::migration::Statements;
/// let sql = "CREATE TABLE a (b text DEFAULT ';'); -- one; not two\nDROP TABLE c";
/// let statements = Statements::split(sql)?;
/// let found: Vec<_> = statements.iter().map(|statement| (statement.line(), statement.text())).collect();
/// assert_eq!(found, [(1, "CREATE TABLE a (b text DEFAULT ';')"), (2, "DROP TABLE c")]);
/// # Ok::<(), tenancy_core::migration::Unterminated>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statements<'a>(Vec<Statement<'a>>);

/// A quote or a comment without an end. PostgreSQL refuses such a text before it runs any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the quote or comment that begins in line {line} has no end")]
pub struct Unterminated {
    /// The line in which it begins, from 1.
    pub line: usize,
}

impl<'a> Statements<'a> {
    /// Splits `sql` as `psql` does: a `;` in quotes, in parentheses or in the body of an SQL function
    /// (`BEGIN ATOMIC .. END`) ends nothing. What is empty is left out.
    ///
    /// # Errors
    ///
    /// [`Unterminated`] when a quote or a comment has no end.
    pub fn split(sql: &'a str) -> Result<Self, Unterminated> {
        let tokens =
            lexer::scan(sql).map_err(|endless| Unterminated { line: line_of(sql, endless.start) })?;
        let mut statements = Vec::new();
        let mut nesting = Nesting::default();
        let mut own: Vec<Token> = Vec::new();
        for token in tokens {
            let word = &sql[token.start..token.end];
            if word == ";" && nesting.is_none() {
                nesting = Nesting::default();
                if !own.is_empty() {
                    statements.push(Statement::new(sql, std::mem::take(&mut own)));
                }
                continue;
            }
            nesting.enter(&own, word, token.kind, sql);
            own.push(token);
        }
        if !own.is_empty() {
            statements.push(Statement::new(sql, own));
        }
        Ok(Self(statements))
    }

    /// One after the other.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Statement<'a>> + ExactSizeIterator {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the text holds nothing but blanks and comments.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How deep in parentheses and in bodies of functions.
#[derive(Debug, Default)]
struct Nesting {
    parentheses: usize,
    blocks: usize,
}

impl Nesting {
    fn is_none(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    /// Takes the next token of a statement, of which `before` were taken.
    fn enter(&mut self, before: &[Token], word: &str, kind: Kind, sql: &str) {
        match word {
            "(" => self.parentheses += 1,
            ")" => self.parentheses = self.parentheses.saturating_sub(1),
            _ if kind != (Kind::Name { quoted: false }) || self.parentheses > 0 => {}
            _ => self.word(before, word, sql),
        }
    }

    fn word(&mut self, before: &[Token], word: &str, sql: &str) {
        let is = |at: usize, keyword: &str| {
            before.get(at).is_some_and(|token| sql[token.start..token.end].eq_ignore_ascii_case(keyword))
        };
        let routine = |at: usize| is(at, "FUNCTION") || is(at, "PROCEDURE");
        if !(is(0, "CREATE") && (routine(1) || (is(1, "OR") && is(2, "REPLACE") && routine(3)))) {
            return;
        }
        let last = before.len().wrapping_sub(1);
        // `t.end` and `AS end` are columns.
        let label = is(last, ".") || is(last, "AS");
        if word.eq_ignore_ascii_case("atomic") && is(last, "BEGIN") {
            self.blocks += 1;
        } else if self.blocks > 0 && !label {
            // CASE has an END of its own.
            if word.eq_ignore_ascii_case("case") {
                self.blocks += 1;
            } else if word.eq_ignore_ascii_case("end") {
                self.blocks -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        Statements::split(sql).unwrap().iter().map(Statement::text).collect()
    }

    #[test]
    fn a_semicolon_in_quotes_comments_or_parentheses_ends_nothing() {
        for one in [
            "SELECT 'a;b'",
            "SELECT E'a\\';b'",
            "SELECT \"a;b\"",
            "SELECT $$a;b$$",
            "SELECT $body$a;$$;b$body$",
            "SELECT 1 /* a; /* b; */ c; */ + 2",
            "SELECT 1 -- a; b\n + 2",
            "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)",
            "SELECT U&'a;b', b';'",
            "DO $do$ BEGIN PERFORM 1; END; $do$",
        ] {
            assert_eq!(texts(one), [one]);
            assert_eq!(texts(&format!("{one};{one}")), [one, one]);
        }
    }

    #[test]
    fn the_body_of_an_sql_function_is_a_part_of_its_statement() {
        for function in [
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "create or replace procedure p(begin int) begin atomic\n INSERT INTO t VALUES (1);\n end",
            "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE a WHEN 1 THEN CASE WHEN true THEN 2 END ELSE 3 END; SELECT 4; END",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT t.end, 1 AS end, 2 AS case FROM t; SELECT 2; END",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT \"end\" FROM t; SELECT 2; END",
        ] {
            assert_eq!(texts(&format!("{function};\nDROP TABLE t;")), [function, "DROP TABLE t"]);
        }
        // Elsewhere these words are a transaction's.
        assert_eq!(texts("BEGIN; SELECT 1; END; SELECT 2"), ["BEGIN", "SELECT 1", "END", "SELECT 2"]);
    }

    #[test]
    fn what_is_empty_is_no_statement() {
        assert!(texts("").is_empty() && texts(" ;; -- nothing;\n ; /* nothing; */").is_empty());
        assert_eq!(texts(";;a;;b;;"), ["a", "b"]);
    }

    #[test]
    fn a_statement_says_where_it_begins() {
        let sql = "-- one\nSELECT 1;\n\n  /* two */ SELECT 2";
        let statements = Statements::split(sql).unwrap();
        let found: Vec<_> = statements.iter().map(|s| (s.line(), s.offset(), s.text())).collect();
        assert_eq!(found, [(2, 7, "SELECT 1"), (4, 30, "SELECT 2")]);
        assert!(sql[30..].starts_with("SELECT 2"));
    }

    #[test]
    fn a_quote_without_an_end_is_said_with_its_line() {
        for endless in ["SELECT 1;\nSELECT 'a", "\nSELECT $$a", "\n/* a /* b */", "\nSELECT \"a"] {
            assert_eq!(Statements::split(endless), Err(Unterminated { line: 2 }), "{endless}");
        }
    }
}
