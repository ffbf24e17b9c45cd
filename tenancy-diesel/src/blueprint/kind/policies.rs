use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{Policy, PolicyCommand};

use super::letter::{self, Letter};
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A row security policy.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Bool)]
    permissive: bool,
    #[diesel(sql_type = Text)]
    command: String,
    #[diesel(sql_type = Nullable<Text>)]
    using: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    with_check: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
}

impl Letter for PolicyCommand {
    const CATALOGUE: &'static str = "pg_policy.polcmd";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "*" => Some(Self::All),
            "r" => Some(Self::Select),
            "a" => Some(Self::Insert),
            "w" => Some(Self::Update),
            "d" => Some(Self::Delete),
            _ => None,
        }
    }
}

impl Member for Row {
    const CLASS: u32 = class::POLICY;
    const READING: &'static str = "read the policies of the template";
    const QUERY: &'static str = include_str!("policies.sql");

    fn title(&self, name: &str) -> String {
        format!("{}.{name}", self.table_name)
    }

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Policy {
            table: self.table_name,
            name: name.to_owned(),
            permissive: self.permissive,
            command: letter::read(&self.command)?,
            roles: self.roles,
            using: catalog.deparsed_if(self.using.as_deref())?,
            with_check: catalog.deparsed_if(self.with_check.as_deref())?,
        })
    }
}
