use diesel::deserialize::QueryableByName;
use diesel::pg::Pg;
use diesel::sql_types::Oid;
use diesel::{PgConnection, RunQueryDsl};
use tenancy_core::blueprint::{Deparsed, Sentinel};
use tenancy_core::name::SchemaName;

use super::CaptureError;

/// The catalogues of a database in which the template bears the sentinel's name.
pub(super) struct Catalog<'a> {
    pub(super) conn: &'a mut PgConnection,
    pub(super) template: &'a SchemaName,
    pub(super) sentinel: &'a Sentinel,
    pub(super) namespace: u32,
}

impl Catalog<'_> {
    /// The rows of a query whose `$1` is the OID of the schema.
    pub(super) fn rows<T>(&mut self, doing: &'static str, sql: &'static str) -> Result<Vec<T>, CaptureError>
    where
        T: QueryableByName<Pg> + 'static,
    {
        diesel::sql_query(sql)
            .bind::<Oid, _>(self.namespace)
            .load(self.conn)
            .map_err(|source| CaptureError::Query { doing, source })
    }

    /// Text that PostgreSQL deparsed.
    pub(super) fn deparsed(&self, text: &str) -> Result<Deparsed, CaptureError> {
        Ok(Deparsed::split(text, self.sentinel)?)
    }

    /// A statement that PostgreSQL deparsed, without the semicolon that it may or may not end with.
    pub(super) fn statement(&self, text: &str) -> Result<Deparsed, CaptureError> {
        let text = text.trim_end();
        self.deparsed(text.strip_suffix(';').unwrap_or(text))
    }

    /// The same for what may be absent.
    pub(super) fn deparsed_if(&self, text: Option<&str>) -> Result<Option<Deparsed>, CaptureError> {
        text.map(|text| self.deparsed(text)).transpose()
    }

    /// The same for several texts.
    pub(super) fn all_deparsed(&self, texts: &[String]) -> Result<Vec<Deparsed>, CaptureError> {
        texts.iter().map(|text| self.deparsed(text)).collect()
    }

    /// A description for people: the template bears its own name again.
    pub(super) fn shown(&self, description: &str) -> String {
        let quoted = self.sentinel.ident().to_string();
        description
            .replace(&quoted, self.template.as_str())
            .replace(self.sentinel.as_str(), self.template.as_str())
    }
}
