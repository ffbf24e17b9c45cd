use std::fmt;

use super::body::word_positions;
use crate::lexer::{self, Kind};
use crate::name::SchemaName;

/// A place that names the template and is not rewritten, because reading does not tell what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The line of the body, from 1; none for what stands outside of the body.
    pub line: Option<usize>,
    /// The line, or the setting; cut when it is long.
    pub excerpt: String,
    /// What cannot be decided.
    pub reason: Reason,
}

/// What cannot be decided about a place that names the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The name stands by itself: an alias, a variable, a table, a schema in a statement.
    Alone,
    /// It looks like a qualification, but the name is also used for something else.
    Ambiguous,
    /// A parameter, or the function itself, has the template's name.
    Parameter,
    /// It stands between two dots: the schema behind a database, or a field.
    Between,
    /// A name with Unicode escapes, which may be the template's.
    Escaped,
    /// It stands in a text, which may become a statement or a name.
    Text,
    /// It stands as a qualification in a text that is part of an expression or of a trigger, and not bound to anything.
    Literal,
    /// It stands in an option, or in a setting of the function that is not a list of schemas.
    Setting,
    /// The language cannot be read.
    Language,
    /// The body is not made of tokens: a quote or comment has no end.
    Unreadable,
}

impl Doubt {
    /// The longest excerpt, in characters.
    const LONGEST: usize = 100;

    pub(super) fn at(text: &str, position: usize, reason: Reason) -> Self {
        let before = &text[..position];
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or_default().trim();
        let line_number = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        Self { line: Some(line_number), excerpt: cut(line), reason }
    }

    pub(super) fn outside(excerpt: &str, reason: Reason) -> Self {
        Self { line: None, excerpt: cut(excerpt), reason }
    }

    /// A doubt about the options of something, if they name the template.
    pub(in crate::blueprint) fn in_options(options: &str, template: &SchemaName) -> Option<Self> {
        word_positions(options, template).next().map(|_| Self::outside(options, Reason::Setting))
    }

    /// Doubts about an expression, or a statement, that PostgreSQL wrote: texts in which the template qualifies a name.
    /// A constant of a type such as `regclass` is bound, and no text.
    pub fn in_expression(sql: &str, template: &SchemaName) -> Vec<Self> {
        let Ok(tokens) = lexer::scan(sql) else { return Vec::new() };
        let word = |at: usize| tokens.get(at).map_or("", |token| &sql[token.start..token.end]);
        let names = |text: &str| {
            word_positions(text, template)
                .any(|at| text[at + template.as_str().len()..].starts_with(['.', '"']))
        };
        let found = tokens.iter().enumerate().filter(|(at, token)| {
            let bound = word(at + 1) == ":" && word(at + 2) == ":" && word(at + 3).starts_with("reg");
            token.kind == Kind::Text && !bound && names(&sql[token.start..token.end])
        });
        found.map(|(_, token)| Self::outside(&sql[token.start..token.end], Reason::Literal)).collect()
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self.reason {
            Reason::Alone | Reason::Ambiguous => {
                "leave the schema out, so that the name resolves by search_path, or give what else is called so another name"
            }
            Reason::Parameter => "give the function or the parameter another name",
            Reason::Between => "leave out the database and the schema: the name resolves by search_path",
            Reason::Escaped => "write the name without escapes",
            Reason::Text => {
                "if it becomes a statement or a name, use current_schema() or leave the schema out; if it is only text, \
                 nothing needs to be done"
            }
            Reason::Literal => {
                "leave the schema out of the text, or bind it: 'name'::regclass, ::regconfig and their like follow the clone"
            }
            Reason::Setting => {
                "leave it out, or name what is not in the template; a setting can be set for the tenant's session"
            }
            Reason::Language => "leave the schema out of the body: names resolve by search_path",
            Reason::Unreadable => "write the function anew",
        }
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(Doubt::LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alone => "the template's name stands by itself, and nothing in this body was rewritten",
            Self::Ambiguous => {
                "it looks like a reference into the template, but the name means something else in this body too; it was not rewritten"
            }
            Self::Parameter => "a parameter, or the function, is called like the template; nothing in its body was rewritten",
            Self::Between => "the template's name stands between two dots; it was not rewritten",
            Self::Escaped => "a name with Unicode escapes may be the template's",
            Self::Text => "the template's name stands in a text; if it becomes a statement or a name, every tenant reaches into the template",
            Self::Literal => "a text names something in the template, for every tenant",
            Self::Setting => "an option or setting names the template, for every tenant",
            Self::Language => "the body names the template, and its language cannot be read",
            Self::Unreadable => "the body names the template and cannot be read",
        })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "`{}`: {}", self.excerpt, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_qualifies_is_a_doubt_and_a_bound_constant_is_none() {
        let template = SchemaName::parse("base_template").unwrap();
        let doubts = |sql: &str| Doubt::in_expression(sql, &template).len();
        for sql in [
            "nextval(('base_template.numbers'::text)::regclass)",
            "EXECUTE FUNCTION tsvector_update_trigger('found', 'base_template.words', 'name')",
            r#"f('"base_template"."x"'::text)"#,
            "(a = 'select * from BASE_TEMPLATE.t'::text)",
        ] {
            assert_eq!(doubts(sql), 1, "{sql}");
        }
        for sql in [
            "nextval('base_template.numbers'::regclass)",
            "'{base_template.a,base_template.b}'::regclass[]",
            "'base_template'::text",
            "'my_base_template.x'::text",
            "base_template.f(1)",
        ] {
            assert_eq!(doubts(sql), 0, "{sql}");
        }
    }
}
