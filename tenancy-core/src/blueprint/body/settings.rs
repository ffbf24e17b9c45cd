use super::body::word_positions;
use super::{Doubt, Reason};
use crate::blueprint::render::Writer;
use crate::name::SchemaName;

/// The SET clauses of a function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings(Vec<Setting>);

/// One SET clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: String,
    /// Its value.
    pub value: SettingValue,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// One value.
    Text(String),
    /// A list of names. `None` is the schema that the function stands in.
    List(Vec<Option<String>>),
}

/// The parameters whose values are lists of names: PostgreSQL stores them in one text, each name quoted as it needs.
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

impl Settings {
    /// Reads `pg_proc.proconfig`: `name=value` each. In a `search_path`, `template` is the function's own schema.
    pub fn read<'s>(stored: impl IntoIterator<Item = &'s str>, template: &SchemaName) -> Self {
        let settings = stored.into_iter().map(|setting| {
            let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
            let is_path = name.eq_ignore_ascii_case("search_path");
            let value = if LISTS.iter().any(|list| name.eq_ignore_ascii_case(list)) {
                let own = |element: String| {
                    if is_path && element == template.as_str() { None } else { Some(element) }
                };
                SettingValue::List(elements(value, is_path).into_iter().map(own).collect())
            } else {
                SettingValue::Text(value.to_owned())
            };
            Setting { name: name.to_owned(), value }
        });
        Self(settings.collect())
    }

    /// The clauses.
    pub fn as_slice(&self) -> &[Setting] {
        &self.0
    }

    /// Settings that name the template and are none of a list of schemas.
    pub fn doubts(&self, template: &SchemaName) -> Vec<Doubt> {
        let doubt = |setting: &Setting| match &setting.value {
            SettingValue::Text(text) if word_positions(text, template).next().is_some() => {
                Some(Doubt::outside(&format!("SET {} TO '{text}'", setting.name), Reason::Setting))
            }
            _ => None,
        };
        self.0.iter().filter_map(doubt).collect()
    }

    pub(in crate::blueprint) fn write(&self, out: &mut Writer<'_>) {
        for setting in &self.0 {
            out.sql(" SET ").ident(&setting.name).sql(" TO ");
            match &setting.value {
                SettingValue::Text(text) => {
                    out.literal(text);
                }
                SettingValue::List(list) => {
                    out.list(list, |out, element| {
                        match element {
                            Some(name) => out.literal(name),
                            None => out.schema(),
                        };
                    });
                }
            }
        }
    }
}

/// The elements of a list as PostgreSQL stores it: separated by commas, each in double quotes or not. Schemas' names
/// that are not quoted are folded.
fn elements(list: &str, fold: bool) -> Vec<String> {
    let mut elements = Vec::new();
    let mut rest = list.trim_start();
    while !rest.is_empty() {
        let element = if let Some(quoted) = rest.strip_prefix('"') {
            let mut name = String::new();
            let mut chars = quoted.char_indices().peekable();
            let mut end = quoted.len();
            while let Some((at, c)) = chars.next() {
                if c != '"' {
                    name.push(c);
                } else if chars.next_if(|(_, next)| *next == '"').is_some() {
                    name.push('"');
                } else {
                    end = at + 1;
                    break;
                }
            }
            rest = &quoted[end..];
            name
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let name = rest[..end].trim();
            let name = if fold { name.to_ascii_lowercase() } else { name.to_owned() };
            rest = &rest[end..];
            name
        };
        elements.push(element);
        rest = rest.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> SchemaName {
        SchemaName::parse("base_template").unwrap()
    }

    fn written(setting: &str) -> String {
        let acme = SchemaName::parse("tenant_acme").unwrap();
        let template = template();
        let mut out = Writer::new(&acme, &template);
        Settings::read([setting], &template).write(&mut out);
        out.into_script().to_string()
    }

    #[test]
    fn the_template_in_a_path_is_the_clone() {
        for (stored, expected) in [
            ("search_path=base_template, pg_temp", r#" SET "search_path" TO "tenant_acme", 'pg_temp'"#),
            (r#"search_path="$user", base_template"#, r#" SET "search_path" TO '$user', "tenant_acme""#),
            (r#"search_path="base_template""#, r#" SET "search_path" TO "tenant_acme""#),
            (
                r#"search_path=BASE_Template,"Base_Template""#,
                r#" SET "search_path" TO "tenant_acme", 'Base_Template'"#,
            ),
            (r#"search_path="a""b, base_template", x"#, r#" SET "search_path" TO 'a"b, base_template', 'x'"#),
            (r#"search_path="""#, r#" SET "search_path" TO ''"#),
            ("search_path=my_base_template", r#" SET "search_path" TO 'my_base_template'"#),
            ("temp_tablespaces=base_template, Fast", r#" SET "temp_tablespaces" TO 'base_template', 'Fast'"#),
            ("work_mem=8MB", r#" SET "work_mem" TO '8MB'"#),
            ("app.text=a=b", r#" SET "app.text" TO 'a=b'"#),
        ] {
            assert_eq!(written(stored), expected);
        }
    }

    #[test]
    fn another_setting_that_names_the_template_is_a_doubt() {
        let stored =
            ["app.home=in base_template, x", "app.other=my_base_template", "search_path=base_template"];
        let doubts = Settings::read(stored, &template()).doubts(&template());
        let excerpts: Vec<_> = doubts.iter().map(|doubt| doubt.excerpt.as_str()).collect();
        assert_eq!(excerpts, ["SET app.home TO 'in base_template, x'"]);
        assert_eq!(doubts[0].reason, Reason::Setting);
        assert_eq!(doubts[0].line, None);
    }
}
