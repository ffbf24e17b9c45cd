use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Doubt, Stage};
use crate::name::SchemaName;

/// A text search parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchParser {
    /// Its name.
    pub name: String,
    /// The function that begins.
    pub start: Deparsed,
    /// The function that finds the next token.
    pub token: Deparsed,
    /// The function that ends.
    pub end: Deparsed,
    /// The function that lists the kinds of tokens.
    pub kinds: Deparsed,
    /// The function that makes headlines.
    pub headline: Option<Deparsed>,
}

/// A text search template: the functions of dictionaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchTemplate {
    /// Its name.
    pub name: String,
    /// The function that reads a dictionary's options.
    pub init: Option<Deparsed>,
    /// The function that looks a word up.
    pub lexize: Deparsed,
}

/// A text search dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchDictionary {
    /// Its name.
    pub name: String,
    /// Its template, qualified.
    pub template: Deparsed,
    /// Its options as PostgreSQL stores them: `language = 'english'`. What they mean is the template's to say.
    pub options: Option<Deparsed>,
}

/// A text search configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchConfiguration {
    /// Its name.
    pub name: String,
    /// Its parser, qualified.
    pub parser: Deparsed,
    /// Kinds of tokens, and the dictionaries that look them up, in their order.
    pub mappings: Vec<(String, Vec<Deparsed>)>,
}

impl TextSearchDictionary {
    /// Options that name the template: some templates take the name of another dictionary, which is text to PostgreSQL.
    pub fn doubts(&self, template: &SchemaName) -> Vec<Doubt> {
        self.options
            .as_ref()
            .and_then(|options| Doubt::in_options(&options.join(template), template))
            .into_iter()
            .collect()
    }
}

impl Render for TextSearchParser {
    fn stage(&self) -> Stage {
        Stage::TextSearch
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TEXT SEARCH PARSER ").name(&self.name).sql(" (START = ").deparsed(&self.start);
        out.sql(", GETTOKEN = ").deparsed(&self.token).sql(", \"end\" = ").deparsed(&self.end);
        out.sql(", LEXTYPES = ").deparsed(&self.kinds);
        if let Some(headline) = &self.headline {
            out.sql(", HEADLINE = ").deparsed(headline);
        }
        out.sql(")").end();
    }
}

impl Render for TextSearchTemplate {
    fn stage(&self) -> Stage {
        Stage::TextSearch
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TEXT SEARCH TEMPLATE ").name(&self.name).sql(" (LEXIZE = ").deparsed(&self.lexize);
        if let Some(init) = &self.init {
            out.sql(", INIT = ").deparsed(init);
        }
        out.sql(")").end();
    }
}

impl Render for TextSearchDictionary {
    fn stage(&self) -> Stage {
        Stage::TextSearch
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TEXT SEARCH DICTIONARY ")
            .name(&self.name)
            .sql(" (TEMPLATE = ")
            .deparsed(&self.template);
        if let Some(options) = &self.options {
            out.sql(", ").deparsed(options);
        }
        out.sql(")").end();
    }
}

impl Render for TextSearchConfiguration {
    fn stage(&self) -> Stage {
        Stage::TextSearch
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TEXT SEARCH CONFIGURATION ").name(&self.name);
        out.sql(" (PARSER = ").deparsed(&self.parser).sql(")").end();
        for (kind, dictionaries) in &self.mappings {
            out.sql("ALTER TEXT SEARCH CONFIGURATION ").name(&self.name).sql(" ADD MAPPING FOR ").ident(kind);
            out.sql(" WITH ").list(dictionaries, |out, dictionary| {
                out.deparsed(dictionary);
            });
            out.end();
        }
    }
}
