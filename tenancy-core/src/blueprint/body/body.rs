use super::{Doubt, Language, Reason};
use crate::lexer::{self, Kind, Token};
use crate::name::{Ident, SchemaName};

/// PostgreSQL cuts names at so many bytes.
const LONGEST_NAME: usize = 63;

/// The text of a function's body, with a hole wherever the template's name qualifies something.
///
/// ```
/// # use tenancy_core::blueprint::{Body, Language};
/// # use tenancy_core::name::SchemaName;
/// let (template, acme) = (SchemaName::parse("base_template")?, SchemaName::parse("tenant_acme")?);
/// let text = "SELECT 'base_template' FROM base_template.tickets -- not base_template.old";
/// let body = Body::read(text, &template, Language::Sql, []);
/// assert_eq!(body.join(&acme), "SELECT 'base_template' FROM tenant_acme.tickets -- not base_template.old");
/// assert_eq!(body.doubts()[0].to_string(), "line 1: `SELECT 'base_template' FROM base_template.tickets -- not \
///     base_template.old`: the template's name stands in a text; if it becomes a statement or a name, every tenant \
///     reaches into the template");
/// # Ok::<(), tenancy_core::name::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    // The schema's name stands between each part and the next; quotes around it belong to them.
    parts: Vec<Box<str>>,
    doubts: Vec<Doubt>,
}

impl Body {
    /// Reads a body. `names` are those of the parameters and of the function itself, which qualify too.
    pub fn read<'n>(
        text: &str,
        template: &SchemaName,
        language: Language,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let untouched = |doubts| Self { parts: vec![text.into()], doubts };
        let first_word = || word_positions(text, template).next();
        match language {
            Language::Symbol => return untouched(Vec::new()),
            Language::Other => {
                return untouched(
                    word_positions(text, template).map(|at| Doubt::at(text, at, Reason::Language)).collect(),
                );
            }
            Language::Sql => {}
        }
        let tokens = match lexer::scan(text) {
            Ok(tokens) => tokens,
            Err(endless) => {
                let at = first_word().map(|_| endless.start);
                return untouched(at.map(|at| Doubt::at(text, at, Reason::Unreadable)).into_iter().collect());
            }
        };
        let mut found = Found::in_tokens(text, template, &tokens);
        let parameter = names.into_iter().any(|name| name == template.as_str());
        if !found.qualifications.is_empty() && (parameter || !found.other.is_empty()) {
            found.doubts.extend(found.other.iter().map(|&(at, reason)| Doubt::at(text, at, reason)));
            let reason = if found.other.is_empty() { Reason::Parameter } else { Reason::Ambiguous };
            found
                .doubts
                .extend(found.qualifications.iter().map(|token| Doubt::at(text, token.start, reason)));
            found.qualifications.clear();
        } else {
            // A field of that name is no riddle where nothing is qualified.
            let alone = found.other.iter().filter(|(_, reason)| *reason != Reason::Between);
            found.doubts.extend(alone.map(|&(at, reason)| Doubt::at(text, at, reason)));
        }
        found.doubts.sort_by_key(|doubt| (doubt.line, doubt.reason));
        found.doubts.dedup();
        let mut parts = Vec::with_capacity(found.qualifications.len() + 1);
        let mut start = 0;
        for token in found.qualifications {
            let quote = usize::from(token.kind == Kind::Name { quoted: true });
            parts.push(text[start..token.start + quote].into());
            start = token.end - quote;
        }
        parts.push(text[start..].into());
        Self { parts, doubts: found.doubts }
    }

    /// What could not be decided, by lines.
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// The text between the holes.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parts.iter().map(AsRef::as_ref)
    }

    /// The body of a function in `schema`, quoted where the template is.
    pub fn join(&self, schema: &SchemaName) -> String {
        let mut parts = self.parts.iter();
        let mut body = parts.next().map_or_else(String::new, |first| first.to_string());
        for part in parts {
            if part.starts_with('"') || reads_bare(schema) {
                body.push_str(schema.as_str());
            } else {
                body.push_str(&Ident::new(schema.as_str()).to_string());
            }
            body.push_str(part);
        }
        body
    }
}

/// Whether a schema's name means itself without quotes: it begins like a name, and is no keyword. Of those with an
/// underscore only a few are reserved (PostgreSQL manual, appendix C).
fn reads_bare(schema: &SchemaName) -> bool {
    let name = schema.as_str();
    let keyword = ["current_", "session_", "system_"].iter().any(|prefix| name.starts_with(prefix));
    !name.starts_with(|first: char| first.is_ascii_digit()) && name.contains('_') && !keyword
}

/// Where the template's name stands in a body.
struct Found {
    qualifications: Vec<Token>,
    /// What means something else, or nobody knows what.
    other: Vec<(usize, Reason)>,
    doubts: Vec<Doubt>,
}

impl Found {
    fn in_tokens(text: &str, template: &SchemaName, tokens: &[Token]) -> Self {
        let mut found = Self { qualifications: Vec::new(), other: Vec::new(), doubts: Vec::new() };
        for (index, token) in tokens.iter().enumerate() {
            let before = |count: usize| index.checked_sub(count).map(|index| &tokens[index]);
            let behind = |count: usize| tokens.get(index + count);
            let is = |token: Option<&Token>, kind| token.is_some_and(|token| token.kind == kind);
            let is_name = |token: Option<&Token>| {
                token.is_some_and(|token| matches!(token.kind, Kind::Name { .. } | Kind::EscapedName))
            };
            let source = &text[token.start..token.end];
            match token.kind {
                Kind::Text => {
                    let words = word_positions(source, template);
                    found.doubts.extend(words.map(|at| Doubt::at(text, token.start + at, Reason::Text)));
                }
                // Escapes can be anything, with any character in front of them.
                Kind::EscapedName if may_be(source, template) => {
                    found.other.push((token.start, Reason::Escaped));
                }
                Kind::Name { quoted } if names(source, quoted, template) => {
                    let qualifies = is(behind(1), Kind::Dot)
                        && (is_name(behind(2))
                            || is(behind(2), Kind::Operator)
                                && is(before(1), Kind::Open)
                                && before(2).is_some_and(|token| {
                                    text[token.start..token.end].eq_ignore_ascii_case("operator")
                                }));
                    match (is(before(1), Kind::Dot), qualifies) {
                        (false, true) => found.qualifications.push(*token),
                        (true, true) => found.doubts.push(Doubt::at(text, token.start, Reason::Between)),
                        (true, false) => found.other.push((token.start, Reason::Between)),
                        (false, false) => found.other.push((token.start, Reason::Alone)),
                    }
                }
                _ => {}
            }
        }
        found
    }
}

/// Whether a name, as it is written, is the template's.
fn names(source: &str, quoted: bool, template: &SchemaName) -> bool {
    // A schema's name holds neither upper case nor quotes.
    if quoted {
        shortened(&source.as_bytes()[1..source.len() - 1]) == template.as_str().as_bytes()
    } else {
        shortened(source.as_bytes()).eq_ignore_ascii_case(template.as_str().as_bytes())
    }
}

fn shortened(name: &[u8]) -> &[u8] {
    &name[..name.len().min(LONGEST_NAME)]
}

/// Whether a name with escapes in it may stand for the template's: whoever writes one for nothing else is not guessed at.
fn may_be(source: &str, template: &SchemaName) -> bool {
    let name = &source[3..source.len() - 1];
    name == template.as_str() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Where `template` stands in `text` as a word, in any case.
pub(super) fn word_positions<'t>(
    text: &'t str,
    template: &'t SchemaName,
) -> impl Iterator<Item = usize> + 't {
    let (bytes, word) = (text.as_bytes(), template.as_str().as_bytes());
    let ends = |at: Option<&u8>| !at.is_some_and(|&byte| lexer::continues_name(byte) && byte != b'$');
    bytes.windows(word.len()).enumerate().filter_map(move |(at, window)| {
        let alone =
            ends(at.checked_sub(1).and_then(|before| bytes.get(before))) && ends(bytes.get(at + word.len()));
        (window.eq_ignore_ascii_case(word) && alone).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Body {
        Body::read(text, &SchemaName::parse("base_template").unwrap(), Language::Sql, ["f", "n"])
    }

    fn joined(text: &str) -> String {
        read(text).join(&SchemaName::parse("acme").unwrap())
    }

    fn reasons(text: &str) -> Vec<(Option<usize>, Reason)> {
        read(text).doubts().iter().map(|doubt| (doubt.line, doubt.reason)).collect()
    }

    #[test]
    fn a_qualification_is_rewritten_and_everything_else_stays() {
        for (text, expected) in [
            ("SELECT * FROM base_template.t", r#"SELECT * FROM "acme".t"#),
            (
                "SELECT base_template.f(base_template.t.id) FROM base_template.t",
                r#"SELECT "acme".f("acme".t.id) FROM "acme".t"#,
            ),
            ("BASE_Template.t \"base_template\".\"T\"", r#""acme".t "acme"."T""#),
            ("base_template\n . /* . */ -- .\n t", "\"acme\"\n . /* . */ -- .\n t"),
            (
                "DECLARE r base_template.t%ROWTYPE; c base_template.t.x%TYPE;",
                r#"DECLARE r "acme".t%ROWTYPE; c "acme".t.x%TYPE;"#,
            ),
            (
                "SELECT 1 OPERATOR(base_template.=) 2, 1 operator ( base_template . <-> ) 2",
                r#"SELECT 1 OPERATOR("acme".=) 2, 1 operator ( "acme" . <-> ) 2"#,
            ),
            ("FOR i IN 1..base_template.n() LOOP", r#"FOR i IN 1.."acme".n() LOOP"#),
            ("x::base_template.mood[]", r#"x::"acme".mood[]"#),
            ("'a'::text||base_template.f()", r#"'a'::text||"acme".f()"#),
            (
                "/* base_template.t /* nested */ base_template.t */ base_template.t",
                r#"/* base_template.t /* nested */ base_template.t */ "acme".t"#,
            ),
            ("1--base_template.t\n+base_template.t", "1--base_template.t\n+\"acme\".t"),
            ("2*/*base_template.t*/base_template.t", r#"2*/*base_template.t*/"acme".t"#),
            (
                r"E'\'' || base_template.f() || '\' || base_template.f()",
                r#"E'\'' || "acme".f() || '\' || "acme".f()"#,
            ),
            ("E'a'\n  -- x\n 'b\\'c' || base_template.f()", "E'a'\n  -- x\n 'b\\'c' || \"acme\".f()"),
            ("$$ ' $$ || base_template.f() || $a$ $$ $A$ $a$", r#"$$ ' $$ || "acme".f() || $a$ $$ $A$ $a$"#),
            ("a$base$b + base_template.t", r#"a$base$b + "acme".t"#),
            ("$1base_template.t", r#"$1"acme".t"#),
            (
                "my_base_template.t base_template_2.t base_templaté.t",
                "my_base_template.t base_template_2.t base_templaté.t",
            ),
            (
                r#""Base_Template".t "base_template ".t "a""base_template".t"#,
                r#""Base_Template".t "base_template ".t "a""base_template".t"#,
            ),
            ("", ""),
        ] {
            assert_eq!(joined(text), expected);
            assert_eq!(reasons(text), [], "{text}");
        }
    }

    #[test]
    fn a_name_that_is_used_otherwise_leaves_everything_as_it_is() {
        for text in [
            "SELECT base_template.id FROM t AS base_template",
            "SELECT base_template.* , base_template.id FROM t base_template",
            "SET search_path = base_template; SELECT * FROM base_template.t",
            "DECLARE base_template record; BEGIN RETURN base_template.x; END",
            "<<base_template>> DECLARE x int; BEGIN base_template.x := 1; END",
            "WITH base_template AS (SELECT 1 AS x) SELECT base_template.x FROM base_template",
            "SELECT (base_template).x, base_template.f() FROM t",
            "SELECT base_template.id FROM other.base_template",
            r#"SELECT base_template.id FROM U&"b\0061se_template""#,
        ] {
            assert_eq!(joined(text), text);
            assert!(reasons(text).len() >= 2, "{text}: {:?}", reasons(text));
        }
    }

    #[test]
    fn what_cannot_be_decided_is_told_with_its_line() {
        for (text, expected) in [
            ("SET search_path =\n base_template", vec![(Some(2), Reason::Alone)]),
            ("EXECUTE\n\n 'SELECT 1 FROM base_template.t'", vec![(Some(3), Reason::Text)]),
            ("'base_template'::regnamespace", vec![(Some(1), Reason::Text)]),
            ("set_config('search_path', $x$\nBASE_TEMPLATE, public$x$)", vec![(Some(2), Reason::Text)]),
            ("SELECT r.base_template", vec![]),
            ("SELECT mydb.base_template.t", vec![(Some(1), Reason::Between)]),
            ("SELECT 'my_base_template, base_template2'", vec![]),
            ("-- base_template", vec![]),
            ("SELECT '\n base_template", vec![(Some(1), Reason::Unreadable)]),
            ("SELECT '", vec![]),
            (
                "SELECT base_template.id, base_template FROM t",
                vec![(Some(1), Reason::Alone), (Some(1), Reason::Ambiguous)],
            ),
        ] {
            assert_eq!(reasons(text), expected, "{text}");
            assert_eq!(joined(text), text);
        }
    }

    #[test]
    fn a_text_is_a_doubt_and_the_rest_is_rewritten() {
        let text = "SELECT 'base_template.t', base_template.f()";
        assert_eq!(joined(text), r#"SELECT 'base_template.t', "acme".f()"#);
        assert_eq!(reasons(text), [(Some(1), Reason::Text)]);
    }

    #[test]
    fn a_parameter_or_a_function_of_that_name_qualifies_too() {
        let template = SchemaName::parse("base_template").unwrap();
        let read = |text| Body::read(text, &template, Language::Sql, ["f", "base_template"]);
        let body = read("SELECT base_template.id");
        assert_eq!(body.join(&SchemaName::parse("acme").unwrap()), "SELECT base_template.id");
        assert_eq!(body.doubts()[0].reason, Reason::Parameter);
        assert_eq!(read("SELECT 1").doubts(), []);
    }

    #[test]
    fn other_languages_are_not_read() {
        let template = SchemaName::parse("base_template").unwrap();
        let doubts = |text, language| Body::read(text, &template, language, []).doubts().len();
        assert_eq!(doubts("import x\nplpy.execute('SELECT * FROM base_template.t')", Language::Other), 1);
        assert_eq!(doubts("return 'x'", Language::Other), 0);
        assert_eq!(doubts("base_template", Language::Symbol), 0);
    }
}
