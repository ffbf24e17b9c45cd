use std::fmt;

use serde::Serialize;

use super::ObjectName;

/// An object that two schemas do not share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which object.
    #[serde(flatten)]
    pub object: ObjectName,
    /// Why not.
    #[serde(flatten)]
    pub change: Change,
}

/// How the second of two schemas differs from the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub enum Change {
    /// Only the first has it.
    Missing,
    /// Only the second has it.
    Extra,
    /// Both have it, and not the same.
    Different {
        /// In what, by name.
        properties: Vec<PropertyChange>,
    },
}

/// A property in which an object differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PropertyChange {
    /// What it is called.
    pub property: String,
    /// Its value in the first schema.
    pub expected: Option<String>,
    /// Its value in the second.
    pub found: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match &self.change {
            Change::Missing => write!(f, "{object} is missing"),
            Change::Extra => write!(f, "{object} is extra"),
            Change::Different { properties } => {
                write!(f, "{object} differs in ")?;
                for (index, change) in properties.iter().enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { ", " }, change.property)?;
                }
                Ok(())
            }
        }
    }
}
