use std::collections::HashMap;

use anyhow::Result;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use tenancy_diesel::core::name::SchemaName;
use tenancy_diesel::structure::{Reader, Subject};

use super::template::Template;
use super::way::SCRIPT;
use crate::measure::Figure;
use crate::server::Database;
use crate::table::duration;

/// What one clone is.
pub(super) enum Found {
    /// Rows of the catalogues written, and objects that differ from the template's.
    Makes { rows: i64, different: usize },
    /// It makes none.
    Fails(String),
}

/// The figures of one template.
pub(super) struct Report {
    template: Template,
    found: HashMap<&'static str, Found>,
    levels: Vec<(usize, Vec<Figure>)>,
}

impl Report {
    pub(super) fn new(template: Template) -> Self {
        Self { template, found: HashMap::new(), levels: Vec::new() }
    }

    pub(super) fn template(&self) -> Template {
        self.template
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn found(&mut self, way: &'static str, found: Found) {
        self.found.insert(way, found);
    }

    pub(super) fn fails(&self, way: &str) -> bool {
        matches!(self.found.get(way), Some(Found::Fails(_)))
    }

    pub(super) fn add(&mut self, tenants: usize, figures: Vec<Figure>) {
        self.levels.push((tenants, figures));
    }

    /// Says on stderr what was just measured: the whole takes ten minutes.
    #[expect(clippy::print_stderr, reason = "progress")]
    pub(super) fn tell(&self, tenants: usize) {
        eprintln!("{tenants} tenants, {}:", self.template.title());
        for figure in self.levels.last().map_or(&[][..], |(_, figures)| figures) {
            eprintln!("    {:>8}  {}", duration(figure.median), figure.what);
        }
    }

    /// Prints it: for each number of tenants the median, and its ratio to the script's.
    #[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
    pub(super) fn print(&self) {
        println!("\n### A sign-up: {}\n", self.template.title());
        let heads: String =
            self.levels.iter().map(|(tenants, _)| format!(" {tenants} tenants | ratio |")).collect();
        println!("| what |{heads} catalogue rows | objects that differ |");
        println!("|---|{}---:|---:|", "---:|---:|".repeat(self.levels.len()));
        let ways = self.levels.first().map_or(&[][..], |(_, figures)| figures);
        for way in ways {
            let cells: String = self.levels.iter().map(|(_, figures)| cells(figures, way.what)).collect();
            let (rows, different) = match self.found.get(way.what) {
                Some(Found::Makes { rows, different }) => (rows.to_string(), different.to_string()),
                _ => (String::new(), String::new()),
            };
            println!("| {} |{cells} {rows} | {different} |", way.what);
        }
        for (way, found) in &self.found {
            if let Found::Fails(why) = found {
                println!("\n{way} fails: {}", why.chars().take(300).collect::<String>());
            }
        }
    }
}

fn cells(figures: &[Figure], way: &str) -> String {
    let median = |what: &str| figures.iter().find(|figure| figure.what == what).map(|figure| figure.median);
    match (median(way), median(SCRIPT)) {
        (Some(own), Some(script)) => format!(" {} | {:.2} |", duration(own), own / script),
        _ => " - | - |".to_owned(),
    }
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// How many rows the catalogues have that describe objects.
pub(super) fn catalogue_rows(database: &Database) -> Result<i64> {
    let catalogues = [
        "pg_class",
        "pg_attribute",
        "pg_type",
        "pg_constraint",
        "pg_index",
        "pg_depend",
        "pg_shdepend",
        "pg_attrdef",
        "pg_trigger",
        "pg_proc",
        "pg_rewrite",
        "pg_sequence",
        "pg_enum",
        "pg_description",
        "pg_namespace",
        "pg_policy",
        "pg_statistic_ext",
        "pg_inherits",
        "pg_default_acl",
        "pg_auth_members",
        "pg_authid",
    ];
    let counts = catalogues.map(|catalogue| format!("(SELECT count(*) FROM {catalogue})")).join(" + ");
    let rows: Rows = sql_query(format!("SELECT {counts} AS rows")).get_result(&mut database.connect()?)?;
    Ok(rows.rows)
}

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Nullable<Text>)]
    role_name: Option<String>,
}

/// How many objects of a clone are missing, too many, or other than the template's.
pub(super) fn differences(database: &Database, schema: &SchemaName) -> Result<usize> {
    let mut conn = database.connect()?;
    let template = SchemaName::parse("base_template")?;
    // The rights of the tenant's own role are no difference.
    let role = sql_query("SELECT role_name FROM tenancy.tenants WHERE schema_name = $1")
        .bind::<Text, _>(schema.as_str())
        .get_result::<Role>(&mut conn)
        .optional()?;
    let role = role.and_then(|role| role.role_name);
    conn.transaction(|conn| {
        conn.batch_execute(Reader::settings().as_str())?;
        let clone = Subject { schema, role: role.as_deref() };
        Ok(Reader::default().compare(conn, Subject::of(&template), clone)?.len())
    })
}
