use crate::blueprint::render::Writer;

/// `ALTER TABLE ONLY t action, action, ...`, as one statement, and none at all if there is no action.
pub(super) struct Alteration<'o, 'a> {
    table: &'o str,
    out: &'o mut Writer<'a>,
    begun: bool,
}

impl<'o, 'a> Alteration<'o, 'a> {
    /// `table` may also be a materialized view.
    pub(super) fn new(table: &'o str, out: &'o mut Writer<'a>) -> Self {
        Self { table, out, begun: false }
    }

    /// Where the next action is written.
    pub(super) fn action(&mut self) -> &mut Writer<'a> {
        if std::mem::replace(&mut self.begun, true) {
            self.out.sql(", ")
        } else {
            self.out.sql("ALTER TABLE ONLY ").name(self.table).sql(" ")
        }
    }

    /// Where the next action on `column` is written.
    pub(super) fn column(&mut self, column: &str) -> &mut Writer<'a> {
        self.action().sql("ALTER COLUMN ").ident(column)
    }

    pub(super) fn end(self) {
        if self.begun {
            self.out.end();
        }
    }
}
