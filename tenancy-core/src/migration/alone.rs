use super::control::is_control;
use super::{Statement, Statements};
use crate::lexer::Kind;

/// Why a migration must not share its transaction with other tenants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Alone {
    /// The line of the statement, from 1.
    pub line: usize,
    /// What it does.
    pub why: &'static str,
}

/// Statements that change definitions, and nothing outside of what they name. What reads or writes rows is not
/// among them: it may call functions, and the rows of several tenants would stay locked until the last one is done.
const DEFINING: [&str; 7] = ["CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "SECURITY"];

/// Names by which one tenant's part of a transaction could see what was left by another's.
const REMEMBERED: [&str; 9] = [
    "pg_temp",
    "temp",
    "temporary",
    "currval",
    "lastval",
    "set_config",
    "current_setting",
    "pg_current_xact_id",
    "txid_current",
];

/// Why `sql` must run in a transaction of its own in each tenant; `None` when the transaction may go on to the next
/// tenant, as for plain definitions (`ALTER TABLE`, `CREATE INDEX`).
///
/// In doubt it must: a temporary table, a setting or the last number of a sequence that one tenant's part leaves
/// would be there in the next tenant's.
pub fn stands_alone(sql: &str) -> Option<Alone> {
    let statements = match Statements::split(sql) {
        Ok(statements) => statements,
        // It would swallow what the next tenant's part begins with.
        Err(endless) => return Some(Alone { line: endless.line, why: "a quote or comment has no end" }),
    };
    statements.iter().find_map(|statement| reason(statement).map(|why| Alone { line: statement.line(), why }))
}

fn reason(statement: &Statement<'_>) -> Option<&'static str> {
    if is_control(statement) {
        return Some("it begins or ends a transaction");
    }
    if !DEFINING.iter().any(|word| statement.is(0, word)) {
        return Some("it does more than to define");
    }
    let remembered = statement.tokens().iter().any(|token| match token.kind {
        Kind::Name { quoted } => {
            let word = statement.source(*token);
            let word = if quoted { word.trim_matches('"') } else { word };
            REMEMBERED.iter().any(|name| word.eq_ignore_ascii_case(name))
        }
        // What it spells is not read here.
        Kind::EscapedName => true,
        _ => false,
    });
    if remembered {
        return Some("it uses what lasts for the session or the transaction");
    }
    (creates_rows(statement)).then_some("it fills what it creates")
}

/// `CREATE TABLE .. AS`, `CREATE MATERIALIZED VIEW`, `SELECT .. INTO` excepted by its first word.
fn creates_rows(statement: &Statement<'_>) -> bool {
    if !statement.is(0, "CREATE") {
        return false;
    }
    let kind = if statement.is(1, "UNLOGGED") { 2 } else { 1 };
    if statement.is(kind, "MATERIALIZED") {
        return true;
    }
    if !statement.is(kind, "TABLE") {
        return false;
    }
    // Within parentheses, AS belongs to a generated column.
    let mut depth = 0_usize;
    statement.tokens().iter().enumerate().any(|(at, token)| {
        match statement.source(*token) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && statement.is(at, "AS")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_may_share_a_transaction() {
        for sql in [
            "",
            "ALTER TABLE customers ADD COLUMN email text; CREATE INDEX ON customers (email);",
            "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED) -- SELECT 1; COMMIT",
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET a TO b; END $$; DROP TYPE x",
            "COMMENT ON TABLE t IS 'CREATE TEMP TABLE'; GRANT SELECT ON t TO u; CREATE VIEW v AS SELECT 1",
        ] {
            assert_eq!(stands_alone(sql), None, "{sql}");
        }
    }

    #[test]
    fn whatever_could_reach_the_next_tenant_may_not() {
        for sql in [
            "COMMIT",
            "SET LOCAL role x",
            "SET check_function_bodies = off",
            "RESET ALL",
            "SELECT set_config('a.b', 'c', false)",
            "CREATE TEMP TABLE t (a int)",
            "create local temporary table t (a int)",
            "CREATE TABLE pg_temp.t (a int)",
            "CREATE TABLE \"pg_temp\".t (a int)",
            "CREATE TABLE U&\"pg\\005ftemp\".t (a int)",
            "ALTER TABLE t ALTER a SET DEFAULT lastval()",
            "CREATE TABLE t AS SELECT * FROM customers",
            "CREATE UNLOGGED TABLE t (a) AS TABLE customers",
            "CREATE MATERIALIZED VIEW v AS SELECT 1",
            "UPDATE customers SET name = ''",
            "INSERT INTO t VALUES (1)",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "DO $$ BEGIN END $$",
            "CALL p()",
            "PREPARE p AS SELECT 1",
            "DECLARE c CURSOR FOR SELECT 1",
            "LISTEN x",
            "LOCK TABLE t",
        ] {
            let sql = format!("ALTER TABLE a ADD b int;\n{sql}");
            assert_eq!(stands_alone(&sql).map(|alone| alone.line), Some(2), "{sql}");
        }
        assert_eq!(stands_alone("\nALTER TABLE a ADD b text DEFAULT 'c").unwrap().line, 2);
    }
}
