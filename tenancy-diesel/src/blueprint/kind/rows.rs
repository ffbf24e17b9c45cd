use diesel::RunQueryDsl;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{CopiedBy, CopiedColumn, CopiedRows, CopiedTable, NamedObject};
use tenancy_core::blueprint::{Object, ObjectId};

use super::letter;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::Inventory;
use crate::blueprint::{CaptureError, Rows, class};

/// Where Diesel keeps which migrations a schema has seen: a clone always starts with them.
const BOOKKEEPING: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    partitioned: bool,
    #[diesel(sql_type = Bool)]
    forced: bool,
    #[diesel(sql_type = Array<Oid>)]
    members: Vec<u32>,
    #[diesel(sql_type = Array<Text>)]
    names: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    types: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    ways: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    sequences: Vec<String>,
}

#[derive(QueryableByName)]
struct Sequence {
    #[diesel(sql_type = Text)]
    name: String,
}

const SEQUENCES: &str = "SELECT c.relname::text AS name FROM pg_class c \
     WHERE c.relnamespace = $1 AND c.relkind = 'S' ORDER BY c.relname";

/// The rows that the clone starts with, as one object: they are read by one statement.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    let wanted: Option<Vec<&str>> = match catalog.rows_of {
        Rows::Bookkeeping => Some(vec![BOOKKEEPING]),
        Rows::Of(tables) => Some(tables.iter().map(String::as_str).chain([BOOKKEEPING]).collect()),
        Rows::All => None,
    };
    let rows: Vec<Row> = diesel::sql_query(include_str!("rows.sql"))
        .bind::<Oid, _>(catalog.namespace)
        .bind::<Nullable<Array<Text>>, _>(wanted)
        .load(catalog.conn)
        .map_err(|source| CaptureError::Query { doing: "read which rows are copied", source })?;
    if let Rows::Of(tables) = catalog.rows_of {
        let missing: Vec<String> =
            tables.iter().filter(|table| !rows.iter().any(|row| row.name == **table)).cloned().collect();
        if !missing.is_empty() {
            return Err(CaptureError::NoSuchTables { schema: catalog.template.clone(), tables: missing });
        }
    }
    let mut sequences: Vec<String> = match catalog.rows_of {
        Rows::All => catalog
            .rows::<Sequence>("read which sequences are set on", SEQUENCES)?
            .into_iter()
            .map(|sequence| sequence.name)
            .collect(),
        _ => rows.iter().flat_map(|row| row.sequences.iter().cloned()).collect(),
    };
    sequences.sort();
    sequences.dedup();
    if rows.is_empty() && sequences.is_empty() {
        return Ok(());
    }
    let needs = rows
        .iter()
        .flat_map(|row| row.members.iter().chain([&row.oid]))
        .map(|&oid| ObjectId { class: class::RELATION, oid })
        .collect();
    let tables = rows.into_iter().map(|row| row.table(catalog)).collect::<Result<_, _>>()?;
    let mut object = Object::new(None, "rows", CopiedRows { tables, sequences });
    object.needs = needs;
    // What checks, domains and generated columns call.
    object.runs_text = *catalog.rows_of != Rows::Bookkeeping;
    inventory.add(object);
    Ok(())
}

impl Row {
    fn table(self, catalog: &Catalog<'_>) -> Result<CopiedTable, CaptureError> {
        let columns = self.names.into_iter().zip(self.types).zip(self.ways);
        Ok(CopiedTable {
            name: self.name,
            columns: columns
                .map(|((name, data_type), way)| {
                    let by = match way.as_str() {
                        "v" => CopiedBy::Value,
                        "t" => CopiedBy::Text(catalog.deparsed(&data_type)?),
                        "a" => CopiedBy::ArrayText(catalog.deparsed(&data_type)?),
                        _ => CopiedBy::Name(letter::read::<NamedObject>(&data_type)?),
                    };
                    Ok(CopiedColumn { name, by })
                })
                .collect::<Result<_, CaptureError>>()?,
            partitioned: self.partitioned,
            row_security_forced: self.forced,
        })
    }
}

impl letter::Letter for NamedObject {
    const CATALOGUE: &'static str = "pg_attribute.atttypid";

    fn read(data_type: &str) -> Option<Self> {
        match data_type {
            "regclass" => Some(Self::Relation),
            "regtype" => Some(Self::Type),
            "regproc" => Some(Self::Routine),
            "regconfig" => Some(Self::TextSearchConfiguration),
            "regdictionary" => Some(Self::TextSearchDictionary),
            "regcollation" => Some(Self::Collation),
            "regnamespace" => Some(Self::Schema),
            _ => None,
        }
    }
}
