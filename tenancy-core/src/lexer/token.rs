use std::ops::Range;

/// What a token is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or a name; `quoted` in double quotes.
    Name { quoted: bool },
    /// A name with Unicode escapes.
    EscapedName,
    /// A literal of any kind, from its first to its last quote.
    Text,
    /// A number or a parameter.
    Number,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `(`
    Open,
    /// One character of an operator.
    Operator,
    /// Everything else.
    Other,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A quote or a comment without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Endless {
    /// Where it begins.
    pub(crate) start: usize,
}

/// What a text consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub(crate) tokens: Vec<Token>,
    /// Where comments stand, `--` ones without the end of their line. Those inside a literal that goes on on a later
    /// line are a part of it.
    pub(crate) comments: Vec<Range<usize>>,
}
