//! One file per kind of object: the rows of a catalogue, read and turned into objects.
//!
//! Where every row is one object, the file holds a row and how it is a [`Member`](member::Member). A kind that is read
//! from several rows, or of which a query yields several, has a `capture` of its own.

use super::CaptureError;
use super::catalog::Catalog;
use super::inventory::Inventory;

mod aggregates;
mod casts;
mod checks;
mod collations;
mod columns;
mod comments;
mod constraints;
mod conversions;
mod family_members;
mod grants;
mod index_settings;
mod indexes;
mod letter;
mod member;
mod operator_classes;
mod operator_families;
mod operators;
mod owners;
mod parentage;
mod policies;
mod relations;
mod routines;
mod rows;
mod rules;
mod sequences;
mod statistics;
mod text_search;
mod transforms;
mod triggers;
mod types;

/// Reads all objects of one kind.
type Capture = fn(&mut Catalog<'_>, &mut Inventory) -> Result<(), CaptureError>;

/// Every kind. The order does not matter: what needs what is read from `pg_depend`.
pub(super) const ALL: &[Capture] = &[
    types::capture,
    member::capture::<sequences::Row>,
    member::capture::<routines::Row>,
    relations::capture,
    rows::capture,
    member::capture::<constraints::Row>,
    member::capture::<indexes::Row>,
    member::capture::<statistics::Row>,
    member::capture::<rules::Row>,
    member::capture::<triggers::Row>,
    member::capture::<policies::Row>,
    member::capture::<aggregates::Row>,
    member::capture::<operators::Row>,
    member::capture::<operator_families::Row>,
    member::capture::<operator_classes::Row>,
    member::capture::<family_members::OperatorRow>,
    member::capture::<family_members::FunctionRow>,
    member::capture::<casts::Row>,
    member::capture::<transforms::Row>,
    member::capture::<conversions::Row>,
    member::capture::<collations::Row>,
    member::capture::<text_search::ParserRow>,
    member::capture::<text_search::TemplateRow>,
    member::capture::<text_search::DictionaryRow>,
    member::capture::<text_search::ConfigurationRow>,
    comments::capture,
    owners::capture,
    grants::capture,
];
