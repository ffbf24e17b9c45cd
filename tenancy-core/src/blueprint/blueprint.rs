use super::order::{Part, Step, order};
use super::render::{Render, Writer};
use super::{CycleError, Definition, Doubt, Object};
use crate::name::SchemaName;
use crate::script::Script;

/// Everything that stands in a template, in an order in which it can be created.
#[derive(Debug, Clone)]
pub struct Blueprint {
    template: SchemaName,
    objects: Vec<Object>,
    steps: Vec<Step>,
}

impl Blueprint {
    /// Puts `objects` of `template` in order.
    ///
    /// # Errors
    ///
    /// A [`CycleError`] when some of them need each other in a way that no shell can break.
    pub fn new(template: SchemaName, mut objects: Vec<Object>) -> Result<Self, CycleError> {
        // The OID breaks ties between objects of one name, such as overloaded functions.
        objects.sort_by(|a, b| {
            let key = |object: &Object| (object.definition.render().stage(), object.id.is_none());
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.id.cmp(&b.id))
        });
        let steps = order(&objects)?;
        Ok(Self { template, objects, steps })
    }

    /// The schema that the blueprint was taken from.
    pub fn template(&self) -> &SchemaName {
        &self.template
    }

    /// The objects, sorted by [`Stage`](super::Stage) and name.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// What names the template in a way that reading cannot decide, with the function it stands in: it is the same in
    /// every clone, and may reach into the template from there.
    pub fn doubts(&self) -> Vec<(&Object, Doubt)> {
        let of = |object: &Object| match &object.definition {
            Definition::Routine(routine) => routine.doubts(&self.template),
            _ => Vec::new(),
        };
        self.objects
            .iter()
            .flat_map(|object| of(object).into_iter().map(move |doubt| (object, doubt)))
            .collect()
    }

    /// Whether the script also copies the rows of the template's table called `table`.
    pub fn copies_rows_of(&self, table: &str) -> bool {
        self.objects
            .iter()
            .any(|object| matches!(&object.definition, Definition::CopiedRows(rows) if rows.table == table))
    }

    /// The script that creates `schema` with everything in it: one batch, to be run inside a transaction.
    ///
    /// It fails when `schema` exists. Every name in it is qualified, so it sets an empty `search_path`, does
    /// not check the bodies of functions (they are resolved by the path of the tenant that calls them), and
    /// takes neither a default tablespace nor a default access method from the session. These are `SET LOCAL`:
    /// they stay for the rest of the transaction, and a caller that goes on in it sets its own path again.
    pub fn render(&self, schema: &SchemaName) -> Script {
        self.render_granting(schema, &Script::default().schema(schema), &Script::default())
    }

    /// As [`render`](Self::render), with `grants` run as soon as the schema is there: default privileges then reach
    /// every object in it.
    ///
    /// `path` is the `search_path` of the tenant, by which the bodies of functions are resolved that run while the
    /// clone is made (see [`Object::runs_text`]).
    pub fn render_granting(&self, schema: &SchemaName, path: &Script, grants: &Script) -> Script {
        let mut out = Writer::new(schema, &self.template);
        out.sql("SET LOCAL search_path TO '';\n")
            .sql("SET LOCAL check_function_bodies = off;\n")
            .sql("SET LOCAL default_tablespace = '';\n")
            .sql("SET LOCAL default_table_access_method = heap;\n")
            .sql("CREATE SCHEMA ")
            .schema()
            .end()
            .script(grants);
        for step in &self.steps {
            self.write(step, path, &mut out, |object, out| match step.part {
                Part::Whole => object.create(out),
                Part::Shell => object.shell(out),
                Part::Rest => object.complete(out),
            });
        }
        for step in self.steps.iter().filter(|step| step.part != Part::Shell) {
            self.write(step, path, &mut out, |object, out| object.finish(out));
        }
        out.into_script()
    }

    /// Writes a step, under the tenant's path if it may run what is resolved by it.
    fn write(
        &self,
        step: &Step,
        path: &Script,
        out: &mut Writer<'_>,
        part: impl Fn(&dyn Render, &mut Writer<'_>),
    ) {
        let object = &self.objects[step.object];
        if !object.runs_text {
            return part(object.definition.render(), out);
        }
        let mut own = out.another();
        part(object.definition.render(), &mut own);
        let statements = own.into_script();
        if !statements.as_str().is_empty() {
            out.sql("SET LOCAL search_path TO ").script(path).end();
            out.script(&statements).sql("SET LOCAL search_path TO ''").end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::kind::{
        Column, ColumnSettings, ColumnValue, Comment, CopiedRows, EnumType, NotNull, Parentage, Persistence,
        ReplicaIdentity, RowSecurity, Sequence, SequenceOptions, Table,
    };
    use crate::blueprint::{Deparsed, ObjectId, Sentinel};

    fn text(sql: &str) -> Deparsed {
        let sentinel = Sentinel::new("x");
        Deparsed::split(&sql.replace('@', &sentinel.ident().to_string()), &sentinel).unwrap()
    }

    fn column(name: &str, data_type: &str, value: ColumnValue) -> Column {
        Column {
            name: name.to_owned(),
            data_type: text(data_type),
            collation: None,
            not_null: NotNull::Unnamed,
            value,
            settings: ColumnSettings::default(),
        }
    }

    fn blueprint() -> Blueprint {
        let options =
            SequenceOptions { start: 1, increment: 1, min: 1, max: i64::MAX, cache: 1, cycle: false };
        let sequence = Sequence {
            name: "notes_id_seq".to_owned(),
            persistence: Persistence::Permanent,
            data_type: text("bigint"),
            options,
            owned_by: Some(("notes".to_owned(), "id".to_owned())),
        };
        let table = Table {
            name: "notes".to_owned(),
            persistence: Persistence::Permanent,
            columns: vec![
                column("id", "bigint", ColumnValue::Default(text("nextval('@.notes_id_seq'::regclass)"))),
                column("mood", "@.mood", ColumnValue::Default(text("'base_template'::@.mood"))),
            ],
            parentage: Parentage::None,
            overrides: Vec::new(),
            checks: Vec::new(),
            validated: Vec::new(),
            partition_key: None,
            parameters: Vec::new(),
            access_method: None,
            tablespace: None,
            replica_identity: ReplicaIdentity::Default,
            row_security: RowSecurity { enabled: false, forced: false },
        };
        let mood = EnumType { name: "mood".to_owned(), labels: vec!["base_template".to_owned()] };
        let rows = CopiedRows { table: "seen".to_owned(), columns: vec!["version".to_owned()] };
        let comment = Comment { on: text("TABLE @.notes"), text: "it's of base_template".to_owned() };
        let id = |oid| Some(ObjectId { class: 1, oid });
        let objects = vec![
            Object::new(None, "notes", comment),
            Object::new(id(1), "notes", table),
            Object::new(None, "seen", rows),
            Object::new(id(2), "notes_id_seq", sequence),
            Object::new(id(3), "mood", mood),
        ];
        Blueprint::new(SchemaName::parse("base_template").unwrap(), objects).unwrap()
    }

    #[test]
    fn a_blueprint_is_rendered_for_a_schema_and_texts_stay_as_they_are() {
        let script = blueprint().render(&SchemaName::parse("tenant_acme").unwrap());
        assert_eq!(
            script.as_str(),
            r#"SET LOCAL search_path TO '';
SET LOCAL check_function_bodies = off;
SET LOCAL default_tablespace = '';
SET LOCAL default_table_access_method = heap;
CREATE SCHEMA "tenant_acme";
CREATE TYPE "tenant_acme"."mood" AS ENUM ('base_template');
CREATE SEQUENCE "tenant_acme"."notes_id_seq" AS bigint START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1;
CREATE TABLE "tenant_acme"."notes" ("id" bigint DEFAULT nextval('"tenant_acme".notes_id_seq'::regclass) NOT NULL, "mood" "tenant_acme".mood DEFAULT 'base_template'::"tenant_acme".mood NOT NULL);
INSERT INTO "tenant_acme"."seen" ("version") SELECT "version" FROM "base_template"."seen";
COMMENT ON TABLE "tenant_acme".notes IS 'it''s of base_template';
ALTER SEQUENCE "tenant_acme"."notes_id_seq" OWNED BY "tenant_acme"."notes"."id";
"#
        );
    }

    #[test]
    fn the_order_of_the_input_does_not_matter() {
        let blueprint = blueprint();
        let mut reversed = blueprint.objects().to_vec();
        reversed.reverse();
        let again = Blueprint::new(blueprint.template().clone(), reversed).unwrap();
        let acme = SchemaName::parse("acme").unwrap();
        assert_eq!(again.render(&acme), blueprint.render(&acme));
    }
}
