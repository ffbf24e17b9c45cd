use std::ops::Range;

use super::token::{Endless, Kind, Scanned, Token};

/// The tokens of `text`, without blanks and comments.
pub(crate) fn scan(text: &str) -> Result<Vec<Token>, Endless> {
    scan_all(text).map(|scanned| scanned.tokens)
}

/// The tokens and the comments of `text`.
pub(crate) fn scan_all(text: &str) -> Result<Scanned, Endless> {
    let mut lexer = Lexer { bytes: text.as_bytes(), at: 0, comments: Vec::new() };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let start = lexer.at;
        match lexer.token()? {
            Some(kind) => tokens.push(Token { kind, start, end: lexer.at }),
            None => return Ok(Scanned { tokens, comments: lexer.comments }),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

/// Whether a byte can stand in an unquoted name.
pub(crate) fn continues_name(byte: u8) -> bool {
    starts_name(byte) || byte.is_ascii_digit() || byte == b'$'
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    comments: Vec<Range<usize>>,
}

impl Lexer<'_> {
    /// The byte `ahead` of where we are; NUL behind the end, which PostgreSQL's texts cannot hold.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn looks_at(&self, text: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(text)
    }

    fn skip_while(&mut self, fits: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|&byte| fits(byte)) {
            self.at += 1;
        }
    }

    fn skip_blanks(&mut self) -> Result<(), Endless> {
        loop {
            self.skip_while(is_space);
            let start = self.at;
            if self.looks_at(b"--") {
                self.skip_while(|byte| !is_newline(byte));
            } else if self.looks_at(b"/*") {
                self.skip_comment()?;
            } else {
                return Ok(());
            }
            self.comments.push(start..self.at);
        }
    }

    /// Comments nest.
    fn skip_comment(&mut self) -> Result<(), Endless> {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            if self.looks_at(b"/*") {
                depth += 1;
                self.at += 2;
            } else if self.looks_at(b"*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Ok(());
                }
            } else {
                self.at += 1;
            }
        }
        Err(Endless { start })
    }

    fn token(&mut self) -> Result<Option<Kind>, Endless> {
        let Some(&byte) = self.bytes.get(self.at) else { return Ok(None) };
        let next = self.peek(1);
        let kind = match byte {
            b'\'' => self.literal(0, false)?,
            b'e' | b'E' if next == b'\'' => self.literal(1, true)?,
            b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if next == b'\'' => self.literal(1, false)?,
            b'u' | b'U' if next == b'&' && self.peek(2) == b'\'' => self.literal(2, false)?,
            b'u' | b'U' if next == b'&' && self.peek(2) == b'"' => {
                self.at += 2;
                self.quoted_name()?;
                Kind::EscapedName
            }
            b'"' => {
                self.quoted_name()?;
                Kind::Name { quoted: true }
            }
            b'$' if next.is_ascii_digit() => {
                self.at += 1;
                self.skip_while(|byte| byte.is_ascii_digit());
                Kind::Number
            }
            b'$' => self.dollar_quoted()?,
            b'.' if next == b'.' => self.mark(2, Kind::DotDot),
            b'.' if !next.is_ascii_digit() => self.mark(1, Kind::Dot),
            b'.' | b'0'..=b'9' => self.number(),
            b'(' => self.mark(1, Kind::Open),
            byte if starts_name(byte) => {
                self.skip_while(continues_name);
                Kind::Name { quoted: false }
            }
            // An operator ends where a comment begins, so taking it apart loses nothing.
            byte if b"~!@#^&|`?+-*/%<>=".contains(&byte) => self.mark(1, Kind::Operator),
            _ => self.mark(1, Kind::Other),
        };
        Ok(Some(kind))
    }

    fn mark(&mut self, length: usize, kind: Kind) -> Kind {
        self.at += length;
        kind
    }

    /// A literal, `prefix` bytes in front of its quote, with those that continue it on later lines.
    fn literal(&mut self, prefix: usize, escapes: bool) -> Result<Kind, Endless> {
        let start = self.at;
        self.at += prefix;
        loop {
            self.at += 1;
            loop {
                match self.peek(0) {
                    _ if self.at >= self.bytes.len() => return Err(Endless { start }),
                    b'\\' if escapes => self.at += 2,
                    b'\'' if self.peek(1) == b'\'' => self.at += 2,
                    b'\'' => break,
                    _ => self.at += 1,
                }
            }
            self.at += 1;
            let end = self.at;
            if !self.continues() {
                self.at = end;
                return Ok(Kind::Text);
            }
        }
    }

    /// Goes to the quote of a literal that continues the one before it: nothing but blanks, one of which ends a line,
    /// and `--` comments may stand between them.
    fn continues(&mut self) -> bool {
        let mut lines = false;
        loop {
            let before = self.at;
            self.skip_while(is_space);
            lines |= self.bytes[before..self.at].iter().copied().any(is_newline);
            if !self.looks_at(b"--") {
                return lines && self.peek(0) == b'\'';
            }
            self.skip_while(|byte| !is_newline(byte));
        }
    }

    fn quoted_name(&mut self) -> Result<(), Endless> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                _ if self.at >= self.bytes.len() => return Err(Endless { start }),
                b'"' if self.peek(1) == b'"' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    /// `$tag$...$tag$`; a dollar that quotes nothing stands for itself.
    fn dollar_quoted(&mut self) -> Result<Kind, Endless> {
        let start = self.at;
        self.at += 1;
        if starts_name(self.peek(0)) {
            self.skip_while(|byte| byte != b'$' && continues_name(byte));
        }
        if self.peek(0) != b'$' {
            self.at = start;
            return Ok(self.mark(1, Kind::Other));
        }
        self.at += 1;
        let tag = &self.bytes[start..self.at];
        let found = self.bytes[self.at..].windows(tag.len()).position(|window| window == tag);
        let Some(length) = found else { return Err(Endless { start }) };
        self.at += length + tag.len();
        Ok(Kind::Text)
    }

    /// Digits, with single underscores between them.
    fn digits(&mut self, fits: impl Fn(u8) -> bool) {
        while fits(self.peek(0)) || (self.peek(0) == b'_' && fits(self.peek(1))) {
            self.at += 1;
        }
    }

    /// `1`, `1.5`, `.5`, `1e-3`; of `1..2` only the first; and `0x1f` and `1_000`, from PostgreSQL 16 on.
    fn number(&mut self) -> Kind {
        let radix: Option<fn(u8) -> bool> = match (self.peek(0), self.peek(1)) {
            (b'0', b'x' | b'X') => Some(|byte| byte.is_ascii_hexdigit()),
            (b'0', b'o' | b'O') => Some(|byte| matches!(byte, b'0'..=b'7')),
            (b'0', b'b' | b'B') => Some(|byte| matches!(byte, b'0' | b'1')),
            _ => None,
        };
        if let Some(fits) = radix.filter(|fits| fits(self.peek(2))) {
            self.at += 2;
            self.digits(fits);
            return Kind::Number;
        }
        self.digits(|byte| byte.is_ascii_digit());
        if self.peek(0) == b'.' && self.peek(1) != b'.' {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                self.at += 1 + sign;
                self.skip_while(|byte| byte.is_ascii_digit());
            }
        }
        Kind::Number
    }
}
