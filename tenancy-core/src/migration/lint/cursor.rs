use crate::lexer::Kind;
use crate::migration::Statement;
use crate::migration::mentions::spelled;

/// Reads a part of a statement from left to right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'s, 'a> {
    pub(super) statement: &'s Statement<'a>,
    pub(super) at: usize,
    /// Behind the last one.
    pub(super) end: usize,
}

/// A name, with its schema if it has one, as PostgreSQL reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

impl<'s, 'a> Cursor<'s, 'a> {
    pub(super) fn of(statement: &'s Statement<'a>) -> Self {
        Self { statement, at: 0, end: statement.tokens().len() }
    }

    pub(super) fn is(&self, keyword: &str) -> bool {
        self.at < self.end && self.statement.is(self.at, keyword)
    }

    pub(super) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Steps over these keywords if they come next.
    pub(super) fn eat(&mut self, keywords: &[&str]) -> bool {
        let comes = keywords.iter().enumerate().all(|(ahead, keyword)| {
            self.at + ahead < self.end && self.statement.is(self.at + ahead, keyword)
        });
        if comes {
            self.at += keywords.len();
        }
        comes
    }

    pub(super) fn eat_any(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.eat(&[keyword]))
    }

    pub(super) fn eat_if_exists(&mut self) -> bool {
        self.eat(&["IF", "EXISTS"]) || self.eat(&["IF", "NOT", "EXISTS"])
    }

    /// The text of the token that comes next.
    pub(super) fn mark(&self) -> &'a str {
        if self.at < self.end { self.source(self.at) } else { "" }
    }

    pub(super) fn source(&self, at: usize) -> &'a str {
        self.statement.tokens().get(at).map_or("", |token| self.statement.source(*token))
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.statement.tokens().get(at).map(|token| token.kind)
    }

    /// What a name at `at` spells.
    pub(super) fn spelled(&self, at: usize) -> Option<String> {
        match self.kind(at)? {
            Kind::Name { quoted } => Some(spelled(self.source(at), quoted).into_owned()),
            _ => None,
        }
    }

    pub(super) fn line(&self) -> usize {
        self.statement.line_at(self.at)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    /// Steps over a name with its schema.
    pub(super) fn name(&mut self) -> Option<Name> {
        let first = self.simple_name()?;
        if self.mark() != "." {
            return Some(Name { schema: None, name: first });
        }
        self.at += 1;
        Some(Name { schema: Some(first), name: self.simple_name()? })
    }

    pub(super) fn simple_name(&mut self) -> Option<String> {
        let name = if self.is_done() { None } else { self.spelled(self.at) }?;
        self.at += 1;
        Some(name)
    }

    /// The places of the tokens from here to the end that lie in no parentheses.
    pub(super) fn outside(self) -> impl Iterator<Item = usize> + use<'s, 'a> {
        let mut depth = 0_usize;
        (self.at..self.end).filter(move |&at| match self.source(at) {
            "(" | "[" => {
                depth += 1;
                depth == 1
            }
            ")" | "]" => {
                depth = depth.saturating_sub(1);
                depth == 0
            }
            _ => depth == 0,
        })
    }

    /// Where these keywords come one after the other, in no parentheses.
    pub(super) fn find(self, keywords: &[&str]) -> Option<usize> {
        self.outside().find(|&place| {
            keywords.iter().enumerate().all(|(ahead, keyword)| self.statement.is(place + ahead, keyword))
        })
    }

    pub(super) fn has(self, keywords: &[&str]) -> bool {
        self.find(keywords).is_some()
    }

    /// The same from another place on.
    pub(super) fn from(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// What stands between the parentheses that open here; steps over them.
    pub(super) fn group(&mut self) -> Option<Self> {
        if self.mark() != "(" {
            return None;
        }
        let close = self.outside().find(|&at| self.source(at) == ")")?;
        let inner = Self { at: self.at + 1, end: close, ..*self };
        self.at = close + 1;
        Some(inner)
    }

    /// The parts between commas that lie in no parentheses.
    pub(super) fn parts(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut from = self.at;
        for comma in self.outside().filter(|&at| self.source(at) == ",") {
            parts.push(Self { at: from, end: comma, ..self });
            from = comma + 1;
        }
        parts.push(Self { at: from, ..self });
        parts
    }
}
