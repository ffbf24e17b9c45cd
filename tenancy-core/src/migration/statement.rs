use crate::lexer::{Kind, Token};

/// One statement of a text, without the `;` at its end and the comments around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Statement<'a> {
    /// `tokens` are those of the statement, at least one, and point into `sql`, the whole text.
    pub(super) fn new(sql: &'a str, tokens: Vec<Token>) -> Self {
        debug_assert!(!tokens.is_empty(), "a statement has a word");
        Self { sql, tokens }
    }

    /// Its text.
    pub fn text(&self) -> &'a str {
        let end = self.tokens.last().map_or(0, |token| token.end);
        &self.sql[self.offset()..end]
    }

    /// Where it begins, in bytes of the whole text.
    pub fn offset(&self) -> usize {
        self.tokens.first().map_or(0, |token| token.start)
    }

    /// The line that it begins in, from 1.
    pub fn line(&self) -> usize {
        line_of(self.sql, self.offset())
    }

    /// The line in which the token at `at` stands, or the last one.
    pub(super) fn line_at(&self, at: usize) -> usize {
        let token = self.tokens.get(at).or(self.tokens.last());
        line_of(self.sql, token.map_or(0, |token| token.start))
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether the token at `at` is this keyword. A name in quotes never is.
    pub(super) fn is(&self, at: usize, keyword: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            token.kind == Kind::Name { quoted: false } && self.source(*token).eq_ignore_ascii_case(keyword)
        })
    }

    /// Whether it begins with these keywords.
    pub(super) fn begins(&self, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(at, keyword)| self.is(at, keyword))
    }

    pub(super) fn source(&self, token: Token) -> &'a str {
        &self.sql[token.start..token.end]
    }
}

/// The line of `text` in which the byte at `offset` stands, from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset].iter().filter(|&&byte| byte == b'\n').count()
}
