use std::fmt;

use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl as _};
use tenancy_core::blueprint::{Body, Doubt, Language, Settings};
use tenancy_core::name::SchemaName;

/// A function of the template that names the template in a way that reading cannot decide. Every clone has it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The function with the types of its parameters.
    pub function: String,
    /// Where, and why.
    pub doubt: Doubt,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    signature: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Array<Text>)]
    settings: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    names: Vec<String>,
}

const QUERY: &str = "SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS signature, l.lanname::pg_catalog.text AS language, \
    CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE '' END AS body, \
    coalesce(p.proconfig, '{}') AS settings, \
    ARRAY(SELECT n.name FROM pg_catalog.unnest(p.proargnames || p.proname::pg_catalog.text) n (name) WHERE n.name IS NOT NULL) AS names \
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
    WHERE n.nspname = $1::pg_catalog.name AND p.prokind <> 'a' ORDER BY 1";

/// What [`Blueprint::doubts`](tenancy_core::blueprint::Blueprint::doubts) tells of `template`, in one query that
/// changes nothing and takes no right but to read the catalogues.
///
/// # Errors
///
/// When the query fails.
pub fn doubts(conn: &mut PgConnection, template: &SchemaName) -> QueryResult<Vec<Undecided>> {
    let rows: Vec<Row> = diesel::sql_query(QUERY).bind::<Text, _>(template.as_str()).load(conn)?;
    let of = |row: Row| {
        let settings = Settings::read(row.settings.iter().map(String::as_str), template).doubts(template);
        let names = row.names.iter().map(String::as_str);
        let body = Body::read(&row.body, template, Language::named(&row.language), names);
        let function = row.signature;
        let told = settings.into_iter().chain(body.doubts().iter().cloned());
        told.map(|doubt| Undecided { function: function.clone(), doubt }).collect::<Vec<_>>()
    };
    Ok(rows.into_iter().flat_map(of).collect())
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}; {}", self.function, self.doubt, self.doubt.remedy())
    }
}
