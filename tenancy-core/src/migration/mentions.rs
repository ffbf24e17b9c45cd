use std::borrow::Cow;

use crate::lexer::{self, Kind};

/// Whether `sql` names `name`, as PostgreSQL reads it: in any case without quotes, as it is within them. Texts and
/// comments name nothing. In doubt (a quote without an end, Unicode escapes) it does.
pub fn mentions(sql: &str, name: &str) -> bool {
    let Ok(tokens) = lexer::scan(sql) else { return true };
    tokens.iter().any(|token| {
        let source = &sql[token.start..token.end];
        match token.kind {
            Kind::Name { quoted } => spelled(source, quoted) == name,
            Kind::EscapedName => true,
            _ => false,
        }
    })
}

/// The name that a token spells.
pub(super) fn spelled(source: &str, quoted: bool) -> Cow<'_, str> {
    if quoted {
        let inner = source.get(1..source.len() - 1).unwrap_or(source);
        return if inner.contains("\"\"") { inner.replace("\"\"", "\"").into() } else { inner.into() };
    }
    if source.bytes().any(|byte| byte.is_ascii_uppercase()) {
        source.to_ascii_lowercase().into()
    } else {
        source.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_as_postgresql_reads_them() {
        for sql in [
            "CREATE INDEX Tickets_Idx ON t (a)",
            "DROP INDEX \"tickets_idx\"",
            "DROP INDEX s.tickets_idx",
            "DROP INDEX U&\"x\"",
            "SELECT 'a",
        ] {
            assert!(mentions(sql, "tickets_idx"), "{sql}");
        }
        assert!(mentions("DROP INDEX \"A\"\"b\"", "A\"b"));
    }

    #[test]
    fn texts_comments_and_other_names_do_not() {
        for sql in [
            "",
            "-- tickets_idx",
            "SELECT 'tickets_idx'",
            "DROP INDEX \"Tickets_idx\"",
            "DROP INDEX tickets_idx2",
        ] {
            assert!(!mentions(sql, "tickets_idx"), "{sql}");
        }
    }
}
