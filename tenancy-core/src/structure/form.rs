use std::collections::BTreeMap;

use crate::blueprint::body::{Body, Language, SettingValue, Settings};
use crate::name::{Ident, SchemaName};

/// How a property's value is made independent of the name of the schema that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain,
    /// SQL that PostgreSQL deparsed: it qualifies with the schema's own name only what would be ambiguous otherwise.
    /// Literals stay as they are.
    Deparsed,
    /// Lines whose order means nothing.
    Set,
    /// Privileges as PostgreSQL writes them, `grantee=letters/grantor`, one a line. Who granted means nothing: in a clone
    /// it is the owner.
    Privileges,
    /// The text of a function's body, in which the schema may qualify ([`Body`]).
    Body,
    /// The SET clauses of a function, one a line ([`Settings`]).
    Settings,
}

/// What stands where the schema's own name stood.
const OWN: &str = "(this schema)";

impl Form {
    /// The value without the name of `schema`. `language` and `names` are those of a body.
    pub(super) fn normalized(
        self,
        value: &str,
        schema: &SchemaName,
        language: Language,
        names: &[&str],
    ) -> String {
        let without = |language, names: &[&str]| {
            let body = Body::read(value, schema, language, names.iter().copied());
            // Whether the name was quoted means nothing.
            body.parts().collect::<Vec<_>>().join(OWN).replace("\"(this schema)\"", OWN)
        };
        match self {
            Self::Plain => value.to_owned(),
            Self::Deparsed => without(Language::Sql, &[]),
            Self::Body => without(language, names),
            Self::Set => {
                let mut lines: Vec<&str> = value.lines().collect();
                lines.sort_unstable();
                lines.join("\n")
            }
            Self::Privileges => privileges(value),
            Self::Settings => {
                let settings = Settings::read(value.lines(), schema);
                let lines: Vec<String> = settings
                    .as_slice()
                    .iter()
                    .map(|setting| format!("{} = {}", setting.name, shown(&setting.value)))
                    .collect();
                lines.join("\n")
            }
        }
    }
}

/// What each grantee may do, whoever granted it.
fn privileges(value: &str) -> String {
    let mut given: BTreeMap<&str, BTreeMap<char, bool>> = BTreeMap::new();
    let mut lines: Vec<String> = Vec::new();
    for line in value.lines().filter(|line| !line.is_empty()) {
        let Some((grantee, letters)) = granted(line) else {
            lines.push(line.to_owned());
            continue;
        };
        let rights = given.entry(grantee).or_default();
        let mut letters = letters.chars().peekable();
        while let Some(letter) = letters.next() {
            let grantable = letters.next_if_eq(&'*').is_some();
            *rights.entry(letter).or_default() |= grantable;
        }
    }
    lines.extend(given.into_iter().map(|(grantee, rights)| {
        let mut line = format!("{grantee}=");
        for (letter, grantable) in rights {
            line.push(letter);
            line.push_str(if grantable { "*" } else { "" });
        }
        line
    }));
    lines.sort_unstable();
    lines.join("\n")
}

/// The grantee and the letters of one privilege; names are quoted where they hold more than letters, digits and `_`.
fn granted(line: &str) -> Option<(&str, &str)> {
    let end = match line.strip_prefix('"') {
        Some(rest) => {
            let mut at = 0;
            loop {
                at += rest[at..].find('"')?;
                if !rest[at + 1..].starts_with('"') {
                    break at + 2;
                }
                at += 2;
            }
        }
        None => line.find('=')?,
    };
    let (letters, _) = line[end..].strip_prefix('=')?.split_once('/')?;
    Some((&line[..end], letters))
}

fn shown(value: &SettingValue) -> String {
    match value {
        SettingValue::Text(text) => text.clone(),
        SettingValue::List(names) => {
            let names = names.iter().map(|name| {
                name.as_ref().map_or_else(|| OWN.to_owned(), |name| Ident::new(name).to_string())
            });
            names.collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_granted_means_nothing_and_what_was_granted_everything() {
        for (written, read) in [
            ("\n@=rw/@\nb=r*/@\n", "@=rw\nb=r*"),
            ("\nc=r/b\n@=wr/@\nc=w/@\n", "@=rw\nc=rw"),
            ("c=r/b\nc=r*/@", "c=r*"),
            ("\"a=b/\"\"c\"=r/\"x=y\"\n=U/@", "\"a=b/\"\"c\"=r\n=U"),
            ("\"odd", "\"odd"),
            ("", ""),
        ] {
            assert_eq!(privileges(written), read);
        }
        assert_ne!(privileges("c=r/b"), privileges("c=r*/b"));
        assert_ne!(privileges("c=r/b"), privileges("b=r/b"));
    }
}
