//! Where results and remarks go. Nothing here panics when the other end of a pipe is gone.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

/// In fewer columns nothing can be read.
const NARROWEST: u16 = 20;

/// Results on stdout, for people or for machines; remarks on stderr, for people only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a machine reads.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// The command's one result: `document` for machines, `text` for people.
    ///
    /// # Errors
    ///
    /// When stdout cannot be written to; a reader that left early (`| head`) is no error.
    pub(crate) fn result(
        self,
        document: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        self.text(&if self.json { serde_json::to_string_pretty(document)? } else { text() })
    }

    /// A result that is for people only, or is written already.
    ///
    /// # Errors
    ///
    /// As [`result`](Self::result).
    pub(crate) fn text(self, text: &str) -> anyhow::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A remark beside the result.
    pub(crate) fn remark(self, text: &str) {
        if !self.json {
            say(text);
        }
    }
}

/// Reports why nothing came of it.
pub(crate) fn error(json: bool, text: &str) {
    if json {
        say(&serde_json::json!({ "error": text }).to_string());
    } else {
        say(&format!("error: {}", printable(text, true)));
    }
}

/// A line on stderr. Nobody may be listening any more.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A table without lines: it can be read, and cut by `awk`.
pub(crate) fn table<'a>(header: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = bare();
    table.set_header(header.into_iter().map(|name| printable(name, false)));
    table
}

/// The same without a header.
pub(crate) fn bare() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // Lines are wrapped for a person's terminal, never for a file; some terminals do not say how wide they are.
    if io::stdout().is_terminal() && table.width().is_some_and(|width| width >= NARROWEST) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table
}

/// The table as text, flush left and without blanks at the ends of lines.
pub(crate) fn lines(table: &mut Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// What came from a customer or from PostgreSQL, without anything that a terminal would obey.
pub(crate) fn printable(text: &str, keep_lines: bool) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' if keep_lines => printable.push(c),
            c if c.is_control() || is_bidirectional(c) => printable.extend(c.escape_default()),
            c => printable.push(c),
        }
    }
    printable
}

/// Characters that reorder what is shown beside them.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_controlled_by_a_tenants_name() {
        assert_eq!(printable("a\u{1b}[2Jb\nc", false), "a\\u{1b}[2Jb\\nc");
        assert_eq!(printable("Grüße\nc", true), "Grüße\nc");
    }
}
