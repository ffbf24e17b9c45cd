use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A security label. Its provider must be loaded where the script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityLabel {
    /// What it is on: `TABLE "..."."customers"`.
    pub on: Deparsed,
    /// Who knows what it means.
    pub provider: String,
    /// The label.
    pub label: String,
}

impl Render for SecurityLabel {
    fn stage(&self) -> Stage {
        Stage::SecurityLabel
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("SECURITY LABEL FOR ").ident(&self.provider).sql(" ON ").deparsed(&self.on);
        out.sql(" IS ").literal(&self.label).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::Sentinel;
    use crate::name::SchemaName;

    #[test]
    fn a_label_is_given_by_its_provider_to_what_the_clone_has() {
        let sentinel = Sentinel::new("x");
        let on = format!("COLUMN {}.t.\"Odd\"", sentinel.ident());
        let label = SecurityLabel {
            on: Deparsed::split(&on, &sentinel).unwrap(),
            provider: "se\"linux".to_owned(),
            label: "system_u:object_r:base_template's".to_owned(),
        };
        let (acme, template) =
            (SchemaName::parse("acme").unwrap(), SchemaName::parse("base_template").unwrap());
        let mut out = Writer::new(&acme, &template);
        label.create(&mut out);
        assert_eq!(
            out.into_script().as_str(),
            "SECURITY LABEL FOR \"se\"\"linux\" ON COLUMN \"acme\".t.\"Odd\" IS 'system_u:object_r:base_template''s';\n"
        );
    }
}
