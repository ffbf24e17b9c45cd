use super::{Body, Deparsed, Stage};
use crate::name::{Ident, SchemaName};
use crate::script::Script;

/// How a kind of object becomes SQL.
pub(super) trait Render {
    /// When it is created unless a dependency decides otherwise.
    fn stage(&self) -> Stage;

    /// The statements that create all of it.
    fn create(&self, out: &mut Writer<'_>);

    /// Whether [`Render::shell`] and [`Render::complete`] can stand for [`Render::create`].
    fn splits(&self) -> bool {
        false
    }

    /// The statements that create what others can refer to.
    fn shell(&self, out: &mut Writer<'_>) {
        self.create(out);
    }

    /// The statements that make a shell whole.
    fn complete(&self, _out: &mut Writer<'_>) {}

    /// The statements to run when everything stands, in the order of creation.
    fn finish(&self, _out: &mut Writer<'_>) {}
}

/// Writes statements for one schema. Everything that enters is a constant, quoted, or PostgreSQL's own text.
pub(super) struct Writer<'a> {
    schema: &'a SchemaName,
    template: &'a SchemaName,
    script: Script,
}

impl<'a> Writer<'a> {
    pub(super) fn new(schema: &'a SchemaName, template: &'a SchemaName) -> Self {
        Self { schema, template, script: Script::default() }
    }

    /// An empty one for the same schema.
    pub(super) fn another(&self) -> Self {
        Self::new(self.schema, self.template)
    }

    pub(super) fn into_script(self) -> Script {
        self.script
    }

    pub(super) fn sql(&mut self, sql: &'static str) -> &mut Self {
        self.append(|script| script.sql(sql))
    }

    pub(super) fn ident(&mut self, name: &str) -> &mut Self {
        self.append(|script| script.ident(Ident::new(name)))
    }

    pub(super) fn literal(&mut self, text: &str) -> &mut Self {
        self.append(|script| script.literal(text))
    }

    pub(super) fn number(&mut self, number: i64) -> &mut Self {
        self.append(|script| script.number(number))
    }

    pub(super) fn deparsed(&mut self, text: &Deparsed) -> &mut Self {
        let schema = self.schema;
        self.append(|script| text.append_to(script, schema))
    }

    /// The body of a function, as a literal.
    pub(super) fn body(&mut self, body: &Body) -> &mut Self {
        let text = body.join(self.schema);
        self.literal(&text)
    }

    /// The schema that is written.
    pub(super) fn schema(&mut self) -> &mut Self {
        let schema = self.schema;
        self.append(|script| script.schema(schema))
    }

    /// `name` in the schema that is written.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        self.schema().sql(".").ident(name)
    }

    /// `name` in the template.
    pub(super) fn template_name(&mut self, name: &str) -> &mut Self {
        let template = self.template;
        self.append(|script| script.schema(template)).sql(".").ident(name)
    }

    /// Every item by `write`, separated by commas.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.sql(", ");
            }
            write(self, item);
        }
        self
    }

    /// Statements of somebody else's.
    pub(super) fn script(&mut self, statements: &Script) -> &mut Self {
        self.append(|script| script.script(statements))
    }

    /// Ends a statement.
    pub(super) fn end(&mut self) -> &mut Self {
        self.sql(";\n")
    }

    fn append(&mut self, piece: impl FnOnce(Script) -> Script) -> &mut Self {
        self.script = piece(std::mem::take(&mut self.script));
        self
    }
}
