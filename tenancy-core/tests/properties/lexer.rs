//! What PostgreSQL's scanner makes of SQL, after section 4.1 of its manual and its `scan.l`; written without a look
//! at how this library quotes.

use std::iter::Peekable;
use std::str::Chars;

/// A token. Comments and blanks are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A keyword or unquoted name, folded to lower case.
    Word(String),
    /// A quoted name, unquoted.
    Ident(String),
    /// What a string literal of any kind stands for.
    Text(String),
    /// `1`, `1.5e3`.
    Number(String),
    /// `$1`.
    Parameter(String),
    /// `<=`, `::`, `->`.
    Operator(String),
    /// `( ) [ ] , ; . :`.
    Mark(char),
}

/// What `standard_conforming_strings` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strings {
    /// On: a backslash in `'...'` is a backslash.
    Standard,
    /// Off: it escapes what follows.
    Escaping,
}

/// The tokens of `sql`, or what PostgreSQL would complain about.
pub(crate) fn scan(sql: &str, strings: Strings) -> Result<Vec<Token>, String> {
    let mut scanner = Scanner { rest: sql.chars().peekable(), strings };
    let mut tokens = Vec::new();
    while let Some(token) = scanner.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

const OPERATOR: &str = "~!@#^&|`?+-*/%<>=";
/// The characters that let an operator end in `+` or `-`.
const LICENCE: &str = "~!@#^&|`?%";

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{b}')
}

fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn continues_word(c: char) -> bool {
    starts_word(c) || c.is_ascii_digit() || c == '$'
}

struct Scanner<'a> {
    rest: Peekable<Chars<'a>>,
    strings: Strings,
}

impl Scanner<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    /// The text that is left.
    fn left(&self) -> String {
        self.rest.clone().collect()
    }

    fn looks_at(&self, text: &str) -> bool {
        let mut rest = self.rest.clone();
        text.chars().all(|c| rest.next() == Some(c))
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.rest.next();
        }
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.rest.next_if(|c| fits(*c)) {
            taken.push(c);
        }
        taken
    }

    fn next(&mut self) -> Result<Option<Token>, String> {
        self.blanks()?;
        let Some(c) = self.peek() else { return Ok(None) };
        let next = self.rest.clone().nth(1);
        let token = match c {
            '\'' => Token::Text(self.string(self.strings == Strings::Escaping)?),
            '"' => Token::Ident(self.quoted_name()?),
            'e' | 'E' if next == Some('\'') => {
                self.skip(1);
                Token::Text(self.string(true)?)
            }
            'b' | 'B' | 'x' | 'X' | 'n' | 'N' if next == Some('\'') => {
                self.skip(1);
                Token::Text(self.string(c.eq_ignore_ascii_case(&'n') && self.strings == Strings::Escaping)?)
            }
            'u' | 'U' if ["u&'", "u&\"", "U&'", "U&\""].iter().any(|start| self.looks_at(start)) => {
                // This library and PostgreSQL's own deparsing write none.
                return Err("a string or name with Unicode escapes".to_owned());
            }
            '$' if next.is_some_and(|c| c.is_ascii_digit()) => {
                self.skip(1);
                Token::Parameter(self.take_while(|c| c.is_ascii_digit()))
            }
            '$' => Token::Text(self.dollar_quoted()?),
            c if starts_word(c) => Token::Word(self.take_while(continues_word).to_ascii_lowercase()),
            c if c.is_ascii_digit() || (c == '.' && next.is_some_and(|c| c.is_ascii_digit())) => {
                Token::Number(self.number()?)
            }
            ':' if next == Some(':') => {
                self.skip(2);
                Token::Operator("::".to_owned())
            }
            // Of PL/pgSQL's ranges.
            '.' if next == Some('.') => {
                self.skip(2);
                Token::Operator("..".to_owned())
            }
            '(' | ')' | '[' | ']' | ',' | ';' | '.' | ':' => {
                self.skip(1);
                Token::Mark(c)
            }
            c if OPERATOR.contains(c) => Token::Operator(self.operator()),
            c => return Err(format!("{c:?} where a token should begin")),
        };
        Ok(Some(token))
    }

    fn blanks(&mut self) -> Result<(), String> {
        loop {
            self.take_while(is_space);
            if self.looks_at("--") {
                self.take_while(|c| c != '\n' && c != '\r');
            } else if self.looks_at("/*") {
                self.comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// `/* ... */`, which nests.
    fn comment(&mut self) -> Result<(), String> {
        let mut depth = 0;
        loop {
            if self.looks_at("/*") {
                self.skip(2);
                depth += 1;
            } else if self.looks_at("*/") {
                self.skip(2);
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            } else if self.rest.next().is_none() {
                return Err("a comment without an end".to_owned());
            }
        }
    }

    /// A string from its quote on, with those that continue it on later lines.
    fn string(&mut self, escapes: bool) -> Result<String, String> {
        let mut text = String::new();
        loop {
            self.skip(1);
            loop {
                match self.rest.next() {
                    None => return Err("a string without an end".to_owned()),
                    Some('\0') => return Err("a NUL".to_owned()),
                    Some('\\') if escapes => text.push(self.escape()?),
                    Some('\'') if self.peek() == Some('\'') => {
                        self.skip(1);
                        text.push('\'');
                    }
                    Some('\'') => break,
                    Some(c) => text.push(c),
                }
            }
            // Two strings with nothing but a line's end and comments up to a line's end between them are one.
            let before = self.rest.clone();
            let mut between = self.take_while(is_space);
            while self.looks_at("--") {
                self.take_while(|c| c != '\n' && c != '\r');
                between.push_str(&self.take_while(is_space));
            }
            if !between.contains(['\n', '\r']) || self.peek() != Some('\'') {
                self.rest = before;
                return Ok(text);
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        Ok(match self.rest.next().ok_or("a string without an end")? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            c @ ('x' | 'u' | 'U' | '0'..='7') => return Err(format!("an escape by number: \\{c}")),
            c => c,
        })
    }

    fn quoted_name(&mut self) -> Result<String, String> {
        self.skip(1);
        let mut name = String::new();
        loop {
            match self.rest.next() {
                None => return Err("a name without an end".to_owned()),
                Some('\0') => return Err("a NUL".to_owned()),
                Some('"') if self.peek() == Some('"') => {
                    self.skip(1);
                    name.push('"');
                }
                Some('"') if name.is_empty() => return Err("a name of no length".to_owned()),
                Some('"') => return Ok(name),
                Some(c) => name.push(c),
            }
        }
    }

    fn dollar_quoted(&mut self) -> Result<String, String> {
        self.skip(1);
        let tag = self.take_while(|c| c != '$' && continues_word(c));
        if self.rest.next() != Some('$') {
            return Err("a dollar that quotes nothing".to_owned());
        }
        let (left, end) = (self.left(), format!("${tag}$"));
        let (text, _) = left.split_once(&end).ok_or("a dollar quote without an end")?;
        self.skip(text.chars().count() + end.chars().count());
        Ok(text.to_owned())
    }

    fn number(&mut self) -> Result<String, String> {
        let mut number = self.take_while(|c| c.is_ascii_digit());
        if self.peek() == Some('.') && !self.looks_at("..") {
            self.skip(1);
            number.push('.');
            number.push_str(&self.take_while(|c| c.is_ascii_digit()));
        }
        if self.peek().is_some_and(|c| matches!(c, 'e' | 'E')) {
            number.push('e');
            self.skip(1);
            if let Some(sign) = self.rest.next_if(|c| matches!(c, '+' | '-')) {
                number.push(sign);
            }
            number.push_str(&self.take_while(|c| c.is_ascii_digit()));
        }
        match self.peek() {
            Some(c) if starts_word(c) => Err(format!("{c:?} right behind a number")),
            _ => Ok(number),
        }
    }

    /// As many operator characters as there are, up to a comment. `+` and `-` at the end belong to what follows,
    /// unless the operator holds a character that SQL's own operators lack.
    fn operator(&mut self) -> String {
        let left = self.left();
        let end = left.find(|c| !OPERATOR.contains(c)).unwrap_or(left.len());
        let run = &left[..end];
        let comment = [run.find("--"), run.find("/*")].into_iter().flatten().min();
        let mut operator = &run[..comment.unwrap_or(end)];
        if !operator.contains(|c| LICENCE.contains(c)) {
            while operator.len() > 1 && operator.ends_with(['+', '-']) {
                operator = &operator[..operator.len() - 1];
            }
        }
        self.skip(operator.len());
        operator.to_owned()
    }
}
