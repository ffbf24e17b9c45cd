use super::statement::line_of;
use crate::lexer;

/// The comment that is all there is in the `up.sql` (and `down.sql`) of a migration that is a function in Rust.
pub const RUST_MARKER: &str = "-- tenancy: rust";

/// A text that says that it is a function in Rust, and holds SQL as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} says `{RUST_MARKER}`, and there is SQL beside it, which would never run: leave out one of the two"
)]
pub struct StrayMarker {
    /// The line of the comment, from 1.
    pub line: usize,
}

/// Whether `sql` stands for a function in Rust: it holds a comment [`RUST_MARKER`] on a line of its own and no
/// statement.
///
/// # Errors
///
/// [`StrayMarker`] when it holds statements too.
pub fn is_in_rust(sql: &str) -> Result<bool, StrayMarker> {
    // What cannot be read is for PostgreSQL to refuse.
    let Ok(scanned) = lexer::scan_all(sql) else { return Ok(false) };
    let marker = scanned.comments.iter().find(|comment| says_rust(&sql[(*comment).clone()]));
    match marker {
        Some(_) if scanned.tokens.iter().all(|token| &sql[token.start..token.end] == ";") => Ok(true),
        Some(comment) => Err(StrayMarker { line: line_of(sql, comment.start) }),
        None => Ok(false),
    }
}

/// However its blanks are.
fn says_rust(comment: &str) -> bool {
    let Some(text) = comment.strip_prefix("--") else { return false };
    text.split_whitespace().eq(["tenancy:", "rust"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_only_the_comment_stands_for_a_function() {
        for sql in
            ["-- tenancy: rust", "-- Fills it in.\n--tenancy:  rust \r\n", "/* why */\n-- tenancy: rust\n;\n"]
        {
            assert_eq!(is_in_rust(sql), Ok(true), "{sql:?}");
        }
    }

    #[test]
    fn other_texts_do_not() {
        for sql in [
            "",
            "SELECT 1",
            "-- see tenancy: rust",
            "-- tenancy: rusty",
            "/* tenancy: rust */",
            "SELECT '\n-- tenancy: rust\n'",
            "SELECT $$\n-- tenancy: rust\n$$",
        ] {
            assert_eq!(is_in_rust(sql), Ok(false), "{sql:?}");
        }
    }

    #[test]
    fn sql_beside_the_comment_is_refused() {
        assert_eq!(is_in_rust("SELECT 1;\n-- tenancy: rust"), Err(StrayMarker { line: 2 }));
    }
}
