use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// How a language sees a type of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// The type.
    pub data_type: Deparsed,
    /// The language.
    pub language: String,
    /// The function that converts for the language.
    pub from_sql: Option<Deparsed>,
    /// The function that converts back.
    pub to_sql: Option<Deparsed>,
}

impl Render for Transform {
    fn stage(&self) -> Stage {
        Stage::Operator
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TRANSFORM FOR ").deparsed(&self.data_type).sql(" LANGUAGE ").ident(&self.language);
        let functions =
            [("FROM SQL WITH FUNCTION ", &self.from_sql), ("TO SQL WITH FUNCTION ", &self.to_sql)];
        let functions = functions.into_iter().filter_map(|(what, function)| Some((what, function.as_ref()?)));
        out.sql(" (").list(functions, |out, (what, function)| {
            out.sql(what).deparsed(function);
        });
        out.sql(")").end();
    }
}
