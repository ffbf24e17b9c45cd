use crate::name::Ident;
use crate::script::Script;

/// Settings that every session starts with, and gets again after each wipe.
///
/// `RESET ALL` also undoes what Diesel sets when it connects, so Diesel's two settings are always in here. So is
/// the isolation level `read committed`, which the pin relies on; transactions may ask for a stricter one
/// (`build_transaction().serializable()`).
///
/// ```
/// # use tenancy_core::isolation::SessionDefaults;
/// let defaults = SessionDefaults::default().with("statement_timeout", "30s");
/// assert!(defaults.script().as_str().contains(r#"SET "statement_timeout" TO '30s'"#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDefaults(Vec<(String, String)>);

impl SessionDefaults {
    /// Adds a setting, or changes it. Names and values are quoted, so any text is safe; a wrong one is an error of
    /// the first connection. The value is one value: a list, as for `search_path`, cannot be set here.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The statements that set them.
    pub fn script(&self) -> Script {
        self.0.iter().fold(Script::default(), |script, (name, value)| set(script, "SET ", name, value))
    }

    /// The statements that set them for one transaction, which has begun already. Its isolation level is not among
    /// them: it is the business of whoever begins it.
    pub fn local_script(&self) -> Script {
        self.0.iter().fold(Script::default(), |script, (name, value)| {
            match name.to_ascii_lowercase().as_str() {
                "default_transaction_isolation" | "default_transaction_deferrable" => script,
                // The default of later transactions would say nothing about this one.
                "default_transaction_read_only" => set(script, "SET LOCAL ", "transaction_read_only", value),
                _ => set(script, "SET LOCAL ", name, value),
            }
        })
    }
}

fn set(script: Script, verb: &'static str, name: &str, value: &str) -> Script {
    // A setting of an extension has a dot in its name.
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    parts
        .fold(script.sql(verb).ident(Ident::new(first)), |script, part| {
            script.sql(".").ident(Ident::new(part))
        })
        .sql(" TO ")
        .literal(value)
        .sql(";\n")
}

impl Default for SessionDefaults {
    fn default() -> Self {
        Self(Vec::new())
            .with("client_encoding", "UTF8")
            .with("TimeZone", "UTC")
            .with("default_transaction_isolation", "read committed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_one_transaction_they_are_local_and_say_nothing_about_isolation() {
        let defaults = SessionDefaults::default()
            .with("statement_timeout", "30s")
            .with("my.setting", "it's")
            .with("default_transaction_read_only", "on");
        assert_eq!(
            defaults.local_script().as_str(),
            "SET LOCAL \"client_encoding\" TO 'UTF8';\n\
             SET LOCAL \"TimeZone\" TO 'UTC';\n\
             SET LOCAL \"statement_timeout\" TO '30s';\n\
             SET LOCAL \"my\".\"setting\" TO 'it''s';\n\
             SET LOCAL \"transaction_read_only\" TO 'on';\n"
        );
    }
}
