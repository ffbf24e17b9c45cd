use crate::blueprint::render::Writer;

/// A storage parameter or attribute option, such as `fillfactor=70`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Whether it belongs to the TOAST table.
    pub toast: bool,
    /// Its name.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

impl Parameter {
    /// Reads what the catalogues hold, `name=value`; a name alone means `true`.
    pub fn parse(toast: bool, stored: &str) -> Self {
        let (name, value) = stored.split_once('=').unwrap_or((stored, "true"));
        Self { toast, name: name.to_owned(), value: value.to_owned() }
    }

    /// ` WITH (...)`, or nothing.
    pub(super) fn write_with(parameters: &[Self], out: &mut Writer<'_>) {
        if !parameters.is_empty() {
            out.sql(" WITH ");
            Self::write(parameters, out);
        }
    }

    /// `(...)`.
    pub(super) fn write(parameters: &[Self], out: &mut Writer<'_>) {
        out.sql("(").list(parameters, |out, parameter| {
            out.sql(if parameter.toast { "toast." } else { "" });
            out.ident(&parameter.name).sql(" = ").literal(&parameter.value);
        });
        out.sql(")");
    }
}
