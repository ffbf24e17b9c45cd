//! Expressions that PostgreSQL writes in a form that it does not read back as the same expression.
//!
//! A clone is made of what `pg_get_expr` and its siblings write. Two forms come back changed, so that the clone would
//! differ from its template, and a dump of the one from a dump of the other (`pg_dump` itself has this flaw):
//!
//! * `(ARRAY['a'::character varying])::text[]`, from `name IN ('a')` on a `varchar`. The parser hands the type of a cast
//!   down to the elements of an ARRAY that it is applied to (`transformTypeCast` in parse_expr.c). The cast that the
//!   array has anyway, written out, keeps the other one where it is: `(ARRAY[..]::character varying[])::text[]`.
//! * `((a AND b) AND c)`, from `x BETWEEN .. AND .. AND c`. The grammar makes one list of it (`makeAndExpr` in gram.y; OR
//!   likewise), but not across a cast, which falls away where the type is already that one: `((a AND b)::boolean AND c)`.

use std::borrow::Cow;

use crate::lexer::{Kind, Token, scan};

/// `text`, which PostgreSQL wrote, in a form that it reads as the same expression.
pub(super) fn stable(text: &str) -> Cow<'_, str> {
    // Most texts are names and types.
    let suspicious = [" AND ", " OR ", "(ARRAY["].iter().any(|mark| text.contains(mark));
    let Some(expression) = suspicious.then(|| Expression::read(text)).flatten() else {
        return Cow::Borrowed(text);
    };
    let mut casts: Vec<(usize, Cow<'_, str>)> = Vec::new();
    for at in 0..expression.tokens.len() {
        if let Some(end) = expression.nested(at) {
            casts.push((end, "::boolean".into()));
        }
        if let Some((end, element)) = expression.array(at) {
            casts.push((end, format!("::{element}[]").into()));
        }
    }
    if casts.is_empty() {
        return Cow::Borrowed(text);
    }
    casts.sort();
    let mut out = String::with_capacity(text.len() + 16 * casts.len());
    let mut from = 0;
    for (end, cast) in casts {
        out.push_str(&text[from..end]);
        out.push_str(&cast);
        from = end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

struct Expression<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// For each opening parenthesis or bracket, by its place, the one that closes it.
    closing: Vec<Option<usize>>,
}

impl<'a> Expression<'a> {
    /// Nothing for what is no balanced expression: it stays as it is.
    fn read(text: &'a str) -> Option<Self> {
        let tokens = scan(text).ok()?;
        let mut closing = vec![None; tokens.len()];
        let mut open = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            match &text[token.start..token.end] {
                "(" | "[" => open.push(at),
                ")" | "]" => closing[open.pop()?] = Some(at),
                _ => {}
            }
        }
        open.is_empty().then_some(Self { text, tokens, closing })
    }

    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| match token.kind {
            // A quoted name or a literal is never a keyword.
            Kind::Text | Kind::EscapedName | Kind::Name { quoted: true } => "",
            _ => &self.text[token.start..token.end],
        })
    }

    /// The places between `open` and what closes it that lie in no further parentheses.
    fn within(&self, open: usize) -> impl Iterator<Item = usize> {
        let end = self.closing[open].unwrap_or(open);
        let mut at = open;
        std::iter::from_fn(move || {
            at = self.closing[at].filter(|_| at != open).unwrap_or(at) + 1;
            (at < end).then_some(at)
        })
    }

    /// Where the first AND or OR stands that joins what is in the parenthesis at `open`.
    fn joint(&self, open: usize) -> Option<usize> {
        // `ROWS BETWEEN .. AND ..` joins nothing.
        let window = self.within(open).any(|at| self.word(at) == "BETWEEN");
        self.within(open).find(|&at| !window && matches!(self.word(at), "AND" | "OR"))
    }

    /// Of `((a AND b) AND c)` at `open`, where the inner parenthesis ends.
    fn nested(&self, open: usize) -> Option<usize> {
        let inner = open + 1;
        if self.word(open) != "(" || self.word(inner) != "(" {
            return None;
        }
        let (outer_joint, inner_joint) = (self.joint(open)?, self.joint(inner)?);
        let end = self.closing[inner]?;
        (outer_joint == end + 1 && self.word(outer_joint) == self.word(inner_joint))
            .then(|| self.tokens[end].end)
    }

    /// Of `(ARRAY[..])::type[]` at `open`, where the bracket ends, and the type of the elements.
    fn array(&self, open: usize) -> Option<(usize, &'a str)> {
        let bracket = open + 2;
        if self.word(open) != "(" || self.word(open + 1) != "ARRAY" || self.word(bracket) != "[" {
            return None;
        }
        let end = self.closing[bracket]?;
        let cast = end + 2;
        if self.closing[open] != Some(end + 1) || self.word(cast) != ":" || self.word(cast + 1) != ":" {
            return None;
        }
        let commas = self.within(bracket).filter(|&at| self.word(at) == ",");
        let mut types = Vec::new();
        let mut from = bracket + 1;
        for comma in commas.chain([end]) {
            types.push(self.element(from, comma)?);
            from = comma + 1;
        }
        let first = *types.first()?;
        types.iter().all(|other| *other == first).then(|| (self.tokens[end].end, first))
    }

    /// The type of an element of an array, if it is a constant: PostgreSQL writes it behind all of them but whole
    /// numbers.
    fn element(&self, from: usize, to: usize) -> Option<&'a str> {
        let first = self.tokens.get(from)?;
        if to == from + 1 && first.kind == Kind::Number {
            return self.word(from).parse::<i32>().is_ok().then_some("integer");
        }
        let typed = first.kind == Kind::Text && self.word(from + 1) == ":" && self.word(from + 2) == ":";
        // A collation, or anything else behind the type, says that this is more than a constant.
        let rest = from + 3..to;
        let plain = rest.clone().all(|at| !matches!(self.word(at), "COLLATE" | ":"));
        (typed && plain && !rest.is_empty())
            .then(|| &self.text[self.tokens[from + 3].start..self.tokens[to - 1].end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cast_of_an_array_stays_behind_the_array() {
        for (written, read) in [
            (
                "((s)::text = ANY ((ARRAY['a'::character varying, 'b, ]'::character varying])::text[]))",
                "((s)::text = ANY ((ARRAY['a'::character varying, 'b, ]'::character varying]::character varying[])::text[]))",
            ),
            ("(x = ANY ((ARRAY[1, 2])::bigint[]))", "(x = ANY ((ARRAY[1, 2]::integer[])::bigint[]))"),
            (r#"((ARRAY['a'::"S p".mood])::text[])"#, r#"((ARRAY['a'::"S p".mood]::"S p".mood[])::text[])"#),
            (
                "(ARRAY['a'::character varying(3)])::text[]",
                "(ARRAY['a'::character varying(3)]::character varying(3)[])::text[]",
            ),
        ] {
            assert_eq!(stable(written), read);
        }
    }

    #[test]
    fn a_list_of_conditions_keeps_its_parentheses() {
        for (written, read) in [
            ("(((x >= 1) AND (x <= 2)) AND (y > 0))", "(((x >= 1) AND (x <= 2))::boolean AND (y > 0))"),
            ("((a OR b) OR c)", "((a OR b)::boolean OR c)"),
            ("(((a AND b) AND c) AND d)", "(((a AND b)::boolean AND c)::boolean AND d)"),
            ("f(((a AND b) AND c), 'x) AND (y')", "f(((a AND b)::boolean AND c), 'x) AND (y')"),
        ] {
            assert_eq!(stable(written), read);
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in [
            "((a AND b) OR c)",
            "(a AND (b AND c))",
            "((a AND b AND c))",
            "(NOT ((a AND b)) AND c)",
            "((a AND b) = (c AND d))",
            "x OVER (ORDER BY y ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
            "'((a AND b) AND c)'::text",
            r#""((a AND b) AND c)" AND x"#,
            "ARRAY['a'::text, 'b'::text]",
            "(ARRAY[a, b])::text[]",
            "(ARRAY['a'::text, 'b'::name])::text[]",
            "(ARRAY[('a'::text COLLATE \"C\")])::text[]",
            "(ARRAY[3000000000])::numeric[]",
            "((a AND b) AND c",
            "(ARRAY[[1], [2]])::bigint[]",
        ] {
            assert_eq!(stable(text), text);
        }
    }
}
