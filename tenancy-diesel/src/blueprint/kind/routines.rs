use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Text};
use tenancy_core::blueprint::kind::{Routine, RoutineBody, RoutineTraits};
use tenancy_core::blueprint::{Body, Definition, Language, Settings};

use super::letter;
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A function or procedure.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    signature: String,
    #[diesel(sql_type = Text)]
    arguments: String,
    #[diesel(sql_type = Nullable<Text>)]
    result: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    transforms: Vec<String>,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Bool)]
    window: bool,
    #[diesel(sql_type = Text)]
    volatility: String,
    #[diesel(sql_type = Text)]
    parallel: String,
    #[diesel(sql_type = Bool)]
    strict: bool,
    #[diesel(sql_type = Bool)]
    security_definer: bool,
    #[diesel(sql_type = Bool)]
    leakproof: bool,
    #[diesel(sql_type = Nullable<Text>)]
    cost: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    rows: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    support: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    settings: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    library: Option<String>,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Nullable<Text>)]
    bound: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    parameters: Vec<String>,
}

impl Member for Row {
    const CLASS: u32 = class::ROUTINE;
    const READING: &'static str = "read the functions of the template";
    const QUERY: &'static str = include_str!("routines.sql");

    // It tells overloaded functions apart.
    fn title(&self, _name: &str) -> String {
        self.signature.clone()
    }

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Routine {
            name: name.to_owned(),
            arguments: catalog.deparsed(&self.arguments)?,
            result: catalog.deparsed_if(self.result.as_deref())?,
            transforms: catalog.all_deparsed(&self.transforms)?,
            traits: RoutineTraits {
                window: self.window,
                volatility: letter::read(&self.volatility)?,
                parallel: letter::read(&self.parallel)?,
                strict: self.strict,
                security_definer: self.security_definer,
                leakproof: self.leakproof,
                cost: catalog.deparsed_if(self.cost.as_deref())?,
                rows: catalog.deparsed_if(self.rows.as_deref())?,
                support: catalog.deparsed_if(self.support.as_deref())?,
            },
            settings: Settings::read(self.settings.iter().map(String::as_str), catalog.template),
            body: self.body(name, catalog)?,
            language: self.language,
        })
    }
}

impl Row {
    fn body(&self, name: &str, catalog: &Catalog<'_>) -> Result<RoutineBody, CaptureError> {
        if let Some(bound) = &self.bound {
            return Ok(RoutineBody::Bound(catalog.deparsed(bound)?));
        }
        let names = self.parameters.iter().map(String::as_str).chain([name]);
        let body = Body::read(&self.body, catalog.template, Language::named(&self.language), names);
        Ok(match &self.library {
            Some(library) => RoutineBody::Library(library.clone(), body),
            None => RoutineBody::Text(body),
        })
    }
}
