use std::marker::PhantomData;

use diesel::deserialize::Queryable;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;
use tenancy_core::structure::{Difference, Form, Structure};

use super::branch::Branch;
use super::{Digest, catalogue, statement};

/// Reads schemas, in transactions: it sets `search_path` and a few planner settings until their end.
///
/// It remembers which kinds of objects it met, so that catalogues that hold nothing of any schema are not asked.
#[derive(Debug, Clone)]
pub struct Reader {
    found: Vec<i32>,
    digest: Parts,
    detail: Parts,
}

/// A schema, and the role of the tenant that lives in it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The schema.
    pub schema: &'a SchemaName,
    /// The tenant's role, whose usual rights are left out; none for a template.
    pub role: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// A schema as it is.
    pub fn of(schema: &'a SchemaName) -> Self {
        Self { schema, role: None }
    }
}

/// Why a schema was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such schema.
    #[error("there is no schema `{0}`")]
    Missing(SchemaName),
    /// Whoever the session acts as may not use it, so that its names do not come out unqualified.
    #[error("schema `{0}` may not be used")]
    Forbidden(SchemaName),
    /// PostgreSQL refused the statement.
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

/// The settings that a schema is read under. PostgreSQL's plans stay good for the next schema, since none of them
/// depends on its name; and none reads a catalogue as a whole, however small it seems to be.
const SETTINGS: &str = "SET LOCAL search_path TO pg_catalog, pg_temp;\n\
    SET LOCAL plan_cache_mode TO force_generic_plan;\n\
    SET LOCAL jit TO off;\n\
    SET LOCAL enable_seqscan TO off;\n\
    SET LOCAL enable_bitmapscan TO off;\n";

/// What nearly every template holds: enums and functions.
const USUAL: [i32; 3] = [b'e' as i32, 1247, 1255];

impl Default for Reader {
    fn default() -> Self {
        Self::of(USUAL.to_vec())
    }
}

impl Reader {
    fn of(found: Vec<i32>) -> Self {
        let (branches, labels) = (needed(&found), found.contains(&statement::LABELS));
        let digest = Parts::of(&statement::digest(&branches, labels));
        let detail = Parts::of(&statement::detail(&branches, labels));
        Self { found, digest, detail }
    }

    /// To be run once in the transaction, before the first schema is read.
    pub fn settings() -> Script {
        Script::new(SETTINGS)
    }

    /// One schema as a number.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn digest(&mut self, conn: &mut PgConnection, subject: Subject<'_>) -> Result<Digest, ReadError> {
        loop {
            let rows: Vec<DigestRow> =
                Query { sql: &self.digest, subject, row: PhantomData::<DigestType> }.load(conn)?;
            let Some(row) = rows.into_iter().next() else {
                return Err(ReadError::Missing(subject.schema.clone()));
            };
            if !row.visible {
                return Err(ReadError::Forbidden(subject.schema.clone()));
            }
            if !self.learn(&row.found) {
                return Ok(Digest { sum: row.digest, count: row.count, named: row.named });
            }
        }
    }

    /// One schema, object by object.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn structure(
        &mut self,
        conn: &mut PgConnection,
        subject: Subject<'_>,
    ) -> Result<Structure, ReadError> {
        // Also what tells which catalogues there are to ask.
        self.digest(conn, subject)?;
        let branches = needed(&self.found);
        let rows: Vec<DetailRow> =
            Query { sql: &self.detail, subject, row: PhantomData::<DetailType> }.load(conn)?;
        let mut structure = Structure::new(subject.schema.clone());
        for DetailRow { branch, kind, names, values } in rows {
            let names = names.iter().map(|name| name.as_deref().unwrap_or_default());
            match (branch, usize::try_from(branch).ok().and_then(|number| branches.get(number))) {
                (_, Some(branch)) => {
                    let properties = branch.properties.iter().zip(values);
                    structure.add(
                        &kind,
                        names,
                        properties.map(|(property, value)| (property.name, property.form, value)),
                    );
                }
                (COMMENT | LABEL, None) => {
                    let text = values.into_iter().next().flatten();
                    structure.add(&kind, names, [("text", Form::Plain, text)]);
                }
                // The row that puts the path back.
                (_, None) => {}
            }
        }
        Ok(structure)
    }

    /// In what `found` differs from `expected`; the cheap way first.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn compare(
        &mut self,
        conn: &mut PgConnection,
        expected: Subject<'_>,
        found: Subject<'_>,
    ) -> Result<Vec<Difference>, ReadError> {
        let mut first = self.digest(conn, expected)?;
        let asked = self.found.len();
        let second = self.digest(conn, found)?;
        if self.found.len() > asked {
            // The second holds a kind that the first was not asked for.
            first = self.digest(conn, expected)?;
        }
        if first.proves(&second) {
            return Ok(Vec::new());
        }
        let expected = self.structure(conn, expected)?;
        Ok(expected.compare(&self.structure(conn, found)?))
    }

    /// How many kinds of objects it met so far: what a schema was asked for before it met more was not all.
    pub(crate) fn known(&self) -> usize {
        self.found.len()
    }

    /// Whether it met more kinds of objects than another.
    pub(super) fn knows_more_than(&self, other: &Self) -> bool {
        self.known() > other.known()
    }

    /// Whether a statement was not complete for a schema that holds `found`; it is from now on.
    fn learn(&mut self, found: &[i32]) -> bool {
        let new: Vec<i32> = found.iter().copied().filter(|kind| !self.found.contains(kind)).collect();
        if new.is_empty() {
            return false;
        }
        let before = (needed(&self.found).len(), self.found.contains(&statement::LABELS));
        let all: Vec<i32> = self.found.iter().copied().chain(new).collect();
        let after = (needed(&all).len(), all.contains(&statement::LABELS));
        if before == after {
            self.found = all;
            return false;
        }
        *self = Self::of(all);
        true
    }
}

fn needed(found: &[i32]) -> Vec<&'static Branch> {
    catalogue::all().filter(|branch| branch.is_needed(found)).collect()
}

const COMMENT: i32 = -1;
const LABEL: i32 = -2;

/// The text of a statement before, between and behind its parameters: the role and the schema.
#[derive(Debug, Clone)]
struct Parts([String; 3]);

impl Parts {
    fn of(sql: &Script) -> Self {
        let sql = sql.as_str();
        let (before, rest) = sql.split_once("$role").unwrap_or((sql, ""));
        let (between, behind) = rest.split_once("$schema").unwrap_or((rest, ""));
        Self([before, between, behind].map(str::to_owned))
    }
}

/// A query that PostgreSQL prepares once per connection, by its text; Diesel never prepares a `sql_query`.
struct Query<'a, T> {
    sql: &'a Parts,
    subject: Subject<'a>,
    row: PhantomData<T>,
}

impl<T> QueryFragment<Pg> for Query<'_, T> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Parts([before, between, behind]) = self.sql;
        pass.push_sql(before);
        pass.push_bind_param::<Nullable<Text>, _>(&self.subject.role)?;
        pass.push_sql(between);
        pass.push_bind_param::<Text, _>(self.subject.schema.as_str())?;
        pass.push_sql(behind);
        Ok(())
    }
}

impl<T> QueryId for Query<'_, T> {
    type QueryId = ();
    // The text tells one from another.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> diesel::query_builder::Query for Query<'_, T> {
    type SqlType = T;
}

impl<T> RunQueryDsl<PgConnection> for Query<'_, T> {}

type DigestType = (Bool, Array<Integer>, Bool, Text, BigInt, Nullable<Text>);
type DetailType = (Integer, Text, Array<Nullable<Text>>, Array<Nullable<Text>>);

#[derive(Queryable)]
struct DigestRow {
    visible: bool,
    found: Vec<i32>,
    named: bool,
    digest: String,
    count: i64,
    #[expect(dead_code, reason = "the path that was put back")]
    path: Option<String>,
}

#[derive(Queryable)]
struct DetailRow {
    branch: i32,
    kind: String,
    names: Vec<Option<String>>,
    values: Vec<Option<String>>,
}
