use std::fmt;

use serde::Serialize;

/// Which object of a schema: what it is, and its names, quoted where SQL needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ObjectName {
    /// What it is, in PostgreSQL's words: `table`, `column`, `foreign key`, ...
    pub kind: String,
    /// Its name within the schema; that of the relation first, where it stands on one. Empty for the schema itself.
    pub name: String,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name } = self;
        match name.as_str() {
            "" => write!(f, "{kind}"),
            // Descriptions that PostgreSQL writes begin with the kind.
            name if name.starts_with(kind.as_str()) => write!(f, "{name}"),
            name => write!(f, "{kind} {name}"),
        }
    }
}
