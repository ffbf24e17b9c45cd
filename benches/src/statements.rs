//! A script, statement by statement.

/// Splits `script` behind each semicolon that stands outside of quotes (single, double, dollar). Enough for what
/// the library renders, which has no comments.
pub(crate) fn statements(script: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while let Some(character) = script[at..].chars().next() {
        let rest = &script[at..];
        let step = match character {
            '\'' | '"' => rest[1..].find(character).map(|end| end + 2),
            '$' => tag(rest).and_then(|tag| rest[tag.len()..].find(tag).map(|end| end + 2 * tag.len())),
            _ => None,
        };
        at += step.unwrap_or(character.len_utf8());
        if character == ';' {
            found.push(script[begin..at].trim());
            begin = at;
        }
    }
    found.push(script[begin..].trim());
    found.retain(|statement| !statement.is_empty());
    found
}

/// The opening of a dollar quote, `$$` or `$name$`.
fn tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    let name = &text[1..end - 1];
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_quotes_end_nothing() {
        let script = "SELECT 'a;''b;'; CREATE FUNCTION f() AS $f$ x; 'y $f$; SELECT \"c;\"";
        assert_eq!(
            statements(script),
            ["SELECT 'a;''b;';", "CREATE FUNCTION f() AS $f$ x; 'y $f$;", "SELECT \"c;\""]
        );
    }
}
