use std::collections::BTreeMap;

use super::{Change, Difference, Form, ObjectName, PropertyChange};
use crate::blueprint::Language;
use crate::name::SchemaName;

/// Every object of one schema, with its properties.
///
/// ```
/// # use tenancy_core::name::SchemaName;
/// # use tenancy_core::structure::{Form, Structure};
/// let mut template = Structure::new(SchemaName::parse("base_template")?);
/// template.add("column", ["t", "at"], [("default", Form::Deparsed, Some("now()".to_owned()))]);
/// let mut tenant = Structure::new(SchemaName::parse("tenant_acme")?);
/// tenant.add("column", ["t", "at"], [("default", Form::Deparsed, None)]);
/// assert_eq!(template.compare(&tenant)[0].to_string(), "column t.at differs in default");
/// # Ok::<(), tenancy_core::name::NameError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Structure {
    schema: SchemaName,
    objects: BTreeMap<ObjectName, Properties>,
}

/// What the catalogues say of one object; what they say nothing of is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Properties {
    /// The relation that it stands on, if it stands on one.
    relation: Option<String>,
    values: BTreeMap<String, String>,
}

impl Structure {
    /// The structure of `schema`, with nothing in it yet.
    pub fn new(schema: SchemaName) -> Self {
        Self { schema, objects: BTreeMap::new() }
    }

    /// The schema that it describes.
    pub fn schema(&self) -> &SchemaName {
        &self.schema
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Adds what one row of a catalogue says. Rows about one object add up.
    pub fn add<'n>(
        &mut self,
        kind: &str,
        names: impl IntoIterator<Item = &'n str>,
        properties: impl IntoIterator<Item = (&'n str, Form, Option<String>)>,
    ) {
        let names: Vec<&str> = names.into_iter().collect();
        let properties: Vec<_> = properties.into_iter().collect();
        let value = |wanted: &str| {
            properties.iter().find(|(name, ..)| *name == wanted).and_then(|(.., value)| value.as_deref())
        };
        // `language plpgsql`, as PostgreSQL describes it.
        let language =
            Language::named(value("language").and_then(|text| text.rsplit(' ').next()).unwrap_or_default());
        let mut parameters: Vec<&str> =
            value("names of the parameters").into_iter().flat_map(str::lines).collect();
        parameters.extend(names.first().and_then(|name| name.split('(').next()));
        let name = ObjectName { kind: kind.to_owned(), name: names.join(".") };
        let entry = self.objects.entry(name).or_default();
        entry.relation = (names.len() > 1).then(|| names[0].to_owned());
        for (name, form, value) in &properties {
            if let Some(value) = value {
                let value = form.normalized(value, &self.schema, language, &parameters);
                // Two rows that bear one name are told apart by nobody: what both say is compared.
                let told = entry.values.entry((*name).to_owned()).or_default();
                if !told.is_empty() && *told != value {
                    told.push('\n');
                    told.push_str(&value);
                } else {
                    *told = value;
                }
            }
        }
    }

    /// The same without a property that means nothing to the question that is asked.
    #[must_use]
    pub fn without(mut self, property: &str) -> Self {
        for object in self.objects.values_mut() {
            object.values.remove(property);
        }
        self
    }

    /// In what `found` differs from this, by kind and name. What stands on a relation that is missing, or extra, is
    /// not told again.
    pub fn compare(&self, found: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (name, expected) in &self.objects {
            let change = match found.objects.get(name) {
                None if self.is_told(name, expected, found) => continue,
                None => Change::Missing,
                Some(found) if found.values == expected.values => continue,
                Some(found) => Change::Different { properties: changes(&expected.values, &found.values) },
            };
            differences.push(Difference { object: name.clone(), change });
        }
        for (name, object) in &found.objects {
            if !self.objects.contains_key(name) && !found.is_told(name, object, self) {
                differences.push(Difference { object: name.clone(), change: Change::Extra });
            }
        }
        differences.sort_by(|a, b| a.object.cmp(&b.object));
        differences
    }

    /// Whether the relation that an object belongs to is not in `other` either.
    fn is_told(&self, name: &ObjectName, object: &Properties, other: &Self) -> bool {
        let relation = match (&object.relation, name.kind.as_str()) {
            (Some(relation), _) => relation,
            (None, "row type" | "relation of a type") => &name.name,
            (None, _) => return false,
        };
        RELATIONS.iter().any(|kind| {
            let relation = ObjectName { kind: (*kind).to_owned(), name: relation.clone() };
            self.objects.contains_key(&relation) && !other.objects.contains_key(&relation)
        })
    }
}

/// What has columns.
const RELATIONS: [&str; 7] = [
    "table",
    "partitioned table",
    "view",
    "materialized view",
    "foreign table",
    "composite type",
    "sequence",
];

fn changes(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Vec<PropertyChange> {
    let mut names: Vec<&String> = expected.keys().chain(found.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| expected.get(*name) != found.get(*name))
        .map(|name| PropertyChange {
            property: name.clone(),
            expected: expected.get(name).cloned(),
            found: found.get(name).cloned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structure(schema: &str, body: &str, settings: &str) -> Structure {
        let mut structure = Structure::new(SchemaName::parse(schema).unwrap());
        let text = |text: &str| Some(text.to_owned());
        structure.add(
            "function",
            ["f(integer)"],
            [
                ("language", Form::Plain, text("language plpgsql")),
                ("body", Form::Body, text(body)),
                ("settings", Form::Settings, text(settings)),
            ],
        );
        structure
    }

    #[test]
    fn bodies_and_paths_that_name_their_own_schema_are_the_same() {
        let template =
            structure("base_template", "SELECT base_template.f()", "search_path=base_template, public");
        let tenant = structure("tenant_a", "SELECT \"tenant_a\".f()", "search_path=tenant_a, public");
        assert_eq!(template.compare(&tenant), []);
    }

    #[test]
    fn a_body_or_a_path_that_still_names_the_template_differs() {
        let template = structure("base_template", "SELECT base_template.f()", "search_path=base_template");
        let tenant = structure("tenant_a", "SELECT base_template.f()", "search_path=base_template");
        assert_eq!(template.compare(&tenant)[0].to_string(), "function f(integer) differs in body, settings");
    }

    #[test]
    fn a_literal_that_was_rewritten_differs() {
        let template = structure("base_template", "SELECT 'base_template.f'", "");
        let tenant = structure("tenant_a", "SELECT 'tenant_a.f'", "");
        assert_eq!(template.compare(&tenant)[0].to_string(), "function f(integer) differs in body");
    }

    #[test]
    fn what_stands_on_a_missing_table_is_told_once_and_the_order_of_a_set_is_not() {
        let (mut a, mut b) = (structure("base_template", "", ""), structure("tenant_a", "", ""));
        a.add("table", ["t"], [("privileges", Form::Set, Some("x\ny".to_owned()))]);
        a.add("column", ["t", "c"], []);
        a.add("row type", ["t"], []);
        assert_eq!(a.compare(&b).iter().map(ToString::to_string).collect::<Vec<_>>(), ["table t is missing"]);
        assert_eq!(b.compare(&a).iter().map(ToString::to_string).collect::<Vec<_>>(), ["table t is extra"]);
        b.add("table", ["t"], [("privileges", Form::Set, Some("y\nx".to_owned()))]);
        assert_eq!(
            a.compare(&b).iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["column t.c is missing", "row type t is missing"]
        );
    }
}
