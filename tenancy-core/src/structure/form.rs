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
