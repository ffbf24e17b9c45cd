use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text};
use tenancy_core::blueprint::{Body, Language, SettingValue, Settings};
use tenancy_core::name::{Ident, SchemaName};
use tenancy_core::script::Script;

/// A function in which a schema is named as text.
#[derive(QueryableByName)]
pub(super) struct Program {
    #[diesel(sql_type = Text)]
    identity: String,
    /// `CREATE OR REPLACE ...`, as PostgreSQL writes it.
    #[diesel(sql_type = Text)]
    definition: String,
    /// `None` when it is bound, and no text.
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Array<Text>)]
    settings: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    names: Vec<String>,
}

impl Program {
    /// The statements after which it names `to` instead of `from`, or why they cannot be found.
    pub(super) fn retargeted(&self, from: &SchemaName, to: &SchemaName) -> Result<Script, String> {
        let script = self.body_for(from, to)?;
        self.path_for(from, to, script)
    }

    fn body_for(&self, from: &SchemaName, to: &SchemaName) -> Result<Script, String> {
        let Some(text) = &self.body else { return Ok(Script::default()) };
        let names = self.names.iter().map(String::as_str);
        let body = Body::read(text, from, Language::named(&self.language), names);
        if let Some(doubt) = body.doubts().first() {
            return Err(format!("{}: {doubt}", self.identity));
        }
        if body.parts().len() == 1 {
            return Ok(Script::default());
        }
        let head = head(&self.definition, text)
            .ok_or_else(|| format!("{}: its definition does not end with its body", self.identity))?;
        // Replaced, so that its OID, its owner and its rights stay, and whatever depends on it.
        Ok(Script::default().deparsed(head).literal(&body.join(to)).sql(";\n"))
    }

    fn path_for(&self, from: &SchemaName, to: &SchemaName, mut script: Script) -> Result<Script, String> {
        let settings = Settings::read(self.settings.iter().map(String::as_str), from);
        if let Some(doubt) = settings.doubts(from).first() {
            return Err(format!("{}: {doubt}", self.identity));
        }
        for setting in settings.as_slice() {
            let SettingValue::List(list) = &setting.value else { continue };
            if list.iter().all(Option::is_some) {
                continue;
            }
            script = script.sql("ALTER ROUTINE ").deparsed(&self.identity).sql(" SET ");
            script = script.ident(Ident::new(&setting.name)).sql(" TO ");
            for (index, element) in list.iter().enumerate() {
                script = script.sql(if index > 0 { ", " } else { "" });
                script = script.literal(element.as_deref().unwrap_or(to.as_str()));
            }
            script = script.sql(";\n");
        }
        Ok(script)
    }
}

/// `definition` up to the body, which ends it between `$..$`.
fn head<'d>(definition: &'d str, body: &str) -> Option<&'d str> {
    let definition = definition.trim_end_matches('\n').strip_suffix('$')?;
    let delimiter = &definition[definition.rfind('$')?..];
    let rest = definition.strip_suffix(delimiter)?.strip_suffix(body)?;
    rest.strip_suffix('$')?.strip_suffix(delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(body: &str, settings: &[&str]) -> Program {
        Program {
            identity: "spare_x.f()".to_owned(),
            definition: format!(
                "CREATE OR REPLACE FUNCTION spare_x.f()\n LANGUAGE sql\nAS $function${body}$function$\n"
            ),
            body: Some(body.to_owned()),
            language: "sql".to_owned(),
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            names: Vec::new(),
        }
    }

    fn retargeted(program: &Program) -> Result<String, String> {
        let (from, to) = (SchemaName::parse("spare_x").unwrap(), SchemaName::parse("tenant_y").unwrap());
        program.retargeted(&from, &to).map(|script| script.as_str().to_owned())
    }

    #[test]
    fn bodies_and_paths_name_the_other_schema() {
        let with_both =
            program("SELECT '$function' FROM spare_x.t", &["search_path=public, spare_x", "work_mem=1MB"]);
        assert_eq!(
            retargeted(&with_both).unwrap(),
            "CREATE OR REPLACE FUNCTION spare_x.f()\n LANGUAGE sql\nAS 'SELECT ''$function'' FROM tenant_y.t';\n\
             ALTER ROUTINE spare_x.f() SET \"search_path\" TO 'public', 'tenant_y';\n"
        );
        assert_eq!(retargeted(&program("SELECT 1", &["search_path=public"])).unwrap(), "");
    }

    #[test]
    fn what_cannot_be_decided_is_an_error() {
        let said = retargeted(&program("SELECT 'spare_x'", &[])).unwrap_err();
        assert!(said.starts_with("spare_x.f(): line 1"), "{said}");
    }

    #[test]
    fn the_body_is_found_behind_any_delimiter() {
        assert_eq!(head("A AS $function$b$function$\n", "b"), Some("A AS "));
        assert_eq!(head("A AS $functionx$ $function$ $functionx$\n", " $function$ "), Some("A AS "));
        assert_eq!(head("A AS $function$b$function$\n", "c"), None);
    }
}
