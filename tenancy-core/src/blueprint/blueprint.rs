use super::order::{Part, Step, order};
use super::render::Writer;
use super::{CycleError, Definition, Object};
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
        let mut out = Writer::new(schema, &self.template);
        out.sql("SET LOCAL search_path TO '';\n")
            .sql("SET LOCAL check_function_bodies = off;\n")
            .sql("SET LOCAL default_tablespace = '';\n")
            .sql("SET LOCAL default_table_access_method = heap;\n")
            .sql("CREATE SCHEMA ")
            .schema()
            .end();
        for step in &self.steps {
            let object = self.objects[step.object].definition.render();
            match step.part {
                Part::Whole => object.create(&mut out),
                Part::Shell => object.shell(&mut out),
                Part::Rest => object.complete(&mut out),
            }
        }
        for step in self.steps.iter().filter(|step| step.part != Part::Shell) {
            self.objects[step.object].definition.render().finish(&mut out);
        }
        out.into_script()
    }
}
