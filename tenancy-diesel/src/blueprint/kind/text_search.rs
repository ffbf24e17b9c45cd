use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text};
use tenancy_core::blueprint::kind::{
    TextSearchConfiguration, TextSearchDictionary, TextSearchParser, TextSearchTemplate,
};
use tenancy_core::blueprint::{Definition, Deparsed};

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A text search parser.
#[derive(QueryableByName)]
pub(super) struct ParserRow {
    #[diesel(sql_type = Text)]
    start: String,
    #[diesel(sql_type = Text)]
    token: String,
    #[diesel(sql_type = Text)]
    last: String,
    #[diesel(sql_type = Text)]
    kinds: String,
    #[diesel(sql_type = Nullable<Text>)]
    headline: Option<String>,
}

/// A text search template.
#[derive(QueryableByName)]
pub(super) struct TemplateRow {
    #[diesel(sql_type = Nullable<Text>)]
    init: Option<String>,
    #[diesel(sql_type = Text)]
    lexize: String,
}

/// A text search dictionary.
#[derive(QueryableByName)]
pub(super) struct DictionaryRow {
    #[diesel(sql_type = Text)]
    template: String,
    #[diesel(sql_type = Nullable<Text>)]
    options: Option<String>,
}

/// A text search configuration.
#[derive(QueryableByName)]
pub(super) struct ConfigurationRow {
    #[diesel(sql_type = Text)]
    parser: String,
    #[diesel(sql_type = Array<Text>)]
    kinds: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    dictionaries: Vec<String>,
}

impl Member for ParserRow {
    const CLASS: u32 = class::TEXT_SEARCH_PARSER;
    const READING: &'static str = "read the text search parsers of the template";
    const QUERY: &'static str = include_str!("text_search_parsers.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(TextSearchParser {
            name: name.to_owned(),
            start: catalog.deparsed(&self.start)?,
            token: catalog.deparsed(&self.token)?,
            end: catalog.deparsed(&self.last)?,
            kinds: catalog.deparsed(&self.kinds)?,
            headline: catalog.deparsed_if(self.headline.as_deref())?,
        })
    }
}

impl Member for TemplateRow {
    const CLASS: u32 = class::TEXT_SEARCH_TEMPLATE;
    const READING: &'static str = "read the text search templates of the template";
    const QUERY: &'static str = include_str!("text_search_templates.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(TextSearchTemplate {
            name: name.to_owned(),
            init: catalog.deparsed_if(self.init.as_deref())?,
            lexize: catalog.deparsed(&self.lexize)?,
        })
    }
}

impl Member for DictionaryRow {
    const CLASS: u32 = class::TEXT_SEARCH_DICTIONARY;
    const READING: &'static str = "read the text search dictionaries of the template";
    const QUERY: &'static str = include_str!("text_search_dictionaries.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(TextSearchDictionary {
            name: name.to_owned(),
            template: catalog.deparsed(&self.template)?,
            options: catalog.deparsed_if(self.options.as_deref())?,
        })
    }
}

impl Member for ConfigurationRow {
    const CLASS: u32 = class::TEXT_SEARCH_CONFIGURATION;
    const READING: &'static str = "read the text search configurations of the template";
    const QUERY: &'static str = include_str!("text_search_configurations.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        let mut mappings: Vec<(String, Vec<Deparsed>)> = Vec::new();
        for (kind, dictionary) in self.kinds.into_iter().zip(self.dictionaries) {
            let dictionary = catalog.deparsed(&dictionary)?;
            match mappings.last_mut() {
                Some((last, dictionaries)) if *last == kind => dictionaries.push(dictionary),
                _ => mappings.push((kind, vec![dictionary])),
            }
        }
        Ok(TextSearchConfiguration {
            name: name.to_owned(),
            parser: catalog.deparsed(&self.parser)?,
            mappings,
        })
    }
}
