use super::alteration::Alteration;
use super::{ColumnSettings, ColumnValue, NotNull};
use crate::blueprint::render::Writer;

/// What a table changes of a column that it has from its parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnOverride {
    /// The column's name.
    pub name: String,
    /// Where its value comes from, if that is not what the parents say.
    pub value: Option<ColumnValue>,
    /// Whether it is NOT NULL, if that is not what the parents say.
    pub not_null: Option<NotNull>,
    /// How it is stored and analysed, where that is not what the parents say.
    pub settings: ColumnSettings,
}

impl ColumnOverride {
    /// The actions; `shell` leaves out what may come later.
    pub(super) fn write(&self, shell: bool, alter: &mut Alteration<'_, '_>) {
        match &self.not_null {
            None => {}
            Some(NotNull::No) => {
                alter.column(&self.name).sql(" DROP NOT NULL");
            }
            Some(NotNull::Unnamed) => {
                alter.column(&self.name).sql(" SET NOT NULL");
            }
            Some(NotNull::Named { name, no_inherit }) => {
                let action = alter.action().sql("ADD CONSTRAINT ").ident(name).sql(" NOT NULL ");
                action.ident(&self.name).sql(if *no_inherit { " NO INHERIT" } else { "" });
            }
        }
        match &self.value {
            Some(ColumnValue::Null) => {
                alter.column(&self.name).sql(" DROP DEFAULT");
            }
            Some(ColumnValue::Generated { expression, .. }) => {
                alter.column(&self.name).sql(" SET EXPRESSION AS (").deparsed(expression).sql(")");
            }
            Some(value @ ColumnValue::Identity { .. }) => {
                value.write_identity(alter.column(&self.name).sql(" ADD"));
            }
            Some(ColumnValue::Default(_)) if !shell => self.complete(alter),
            None | Some(ColumnValue::Default(_)) => {}
        }
        self.settings.write(&self.name, alter);
    }

    /// What a shell left out.
    pub(super) fn complete(&self, alter: &mut Alteration<'_, '_>) {
        if let Some(ColumnValue::Default(default)) = &self.value {
            alter.column(&self.name).sql(" SET DEFAULT ").deparsed(default);
        }
    }

    pub(super) fn alter_sequence(&self, out: &mut Writer<'_>) {
        if let Some(value) = &self.value {
            value.alter_sequence(out);
        }
    }
}
