use std::fmt;

use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl as _};
use tenancy_core::blueprint::{Body, Doubt, Language, Settings};
use tenancy_core::name::SchemaName;

/// Something in the template that names the template in a way that reading cannot decide. Every clone has it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The function with the types of its parameters, or what else it is, as PostgreSQL describes it.
    pub object: String,
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

#[derive(QueryableByName)]
struct Expression {
    #[diesel(sql_type = Text)]
    object: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// What PostgreSQL deparses, but for functions, where it names the schema in a text.
const EXPRESSIONS: &str = include_str!("expressions.sql");

/// What [`Blueprint::doubts`](tenancy_core::blueprint::Blueprint::doubts) tells of `template`, and texts outside of
/// functions that name it: two queries that change nothing and take no right but to read the catalogues.
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
        let object = row.signature;
        let told = settings.into_iter().chain(body.doubts().iter().cloned());
        told.map(|doubt| Undecided { object: object.clone(), doubt }).collect::<Vec<_>>()
    };
    let expressions: Vec<Expression> =
        diesel::sql_query(EXPRESSIONS).bind::<Text, _>(template.as_str()).load(conn)?;
    let in_texts = expressions.into_iter().flat_map(|Expression { object, sql }| {
        let doubts = Doubt::in_expression(&sql, template);
        doubts.into_iter().map(move |doubt| Undecided { object: object.clone(), doubt })
    });
    Ok(rows.into_iter().flat_map(of).chain(in_texts).collect())
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}; {}", self.object, self.doubt, self.doubt.remedy())
    }
}
