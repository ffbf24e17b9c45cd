use crate::blueprint::render::Writer;

/// What `CREATE INDEX` or the definition of a constraint cannot say about an index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexSettings {
    /// Its tablespace, when it is not that of the database.
    pub tablespace: Option<String>,
    /// The statistics targets of its columns, by their numbers.
    pub statistics: Vec<(i16, i32)>,
    /// The index of the partitioned table that it is a partition of.
    pub partition_of: Option<String>,
    /// Whether the table is clustered on it.
    pub clustered: bool,
    /// Whether it is the replica identity.
    pub replica_identity: bool,
}

impl IndexSettings {
    /// Writes the statements of `create`, which create the index `name`, and what they cannot say.
    pub(super) fn write(&self, name: &str, out: &mut Writer<'_>, create: impl FnOnce(&mut Writer<'_>)) {
        // Neither statement has a place for TABLESPACE behind what PostgreSQL deparsed.
        if let Some(tablespace) = &self.tablespace {
            out.sql("SET LOCAL default_tablespace = ").ident(tablespace).end();
        }
        create(out);
        if self.tablespace.is_some() {
            out.sql("SET LOCAL default_tablespace = ''").end();
        }
        for (column, target) in &self.statistics {
            out.sql("ALTER INDEX ").name(name).sql(" ALTER COLUMN ").number((*column).into());
            out.sql(" SET STATISTICS ").number((*target).into()).end();
        }
        if let Some(parent) = &self.partition_of {
            out.sql("ALTER INDEX ").name(parent).sql(" ATTACH PARTITION ").name(name).end();
        }
    }

    /// What `table` says about its index `name`. That of a partitioned table is valid only when all of its partitions
    /// are attached.
    pub(super) fn finish(&self, table: &str, name: &str, out: &mut Writer<'_>) {
        if self.clustered {
            out.sql("ALTER TABLE ONLY ").name(table).sql(" CLUSTER ON ").ident(name).end();
        }
        if self.replica_identity {
            out.sql("ALTER TABLE ONLY ").name(table).sql(" REPLICA IDENTITY USING INDEX ").ident(name).end();
        }
    }
}
