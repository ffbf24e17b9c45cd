//! One file per kind of object: the rows of a catalogue, read and turned into objects.

use super::CaptureError;
use super::catalog::Catalog;
use super::inventory::Inventory;

mod checks;
mod columns;
mod comments;
mod constraints;
mod indexes;
mod letter;
mod policies;
mod relations;
mod routines;
mod rules;
mod sequences;
mod statistics;
mod triggers;
mod types;

/// Reads all objects of one kind.
type Capture = fn(&mut Catalog<'_>, &mut Inventory) -> Result<(), CaptureError>;

/// Every kind. The order does not matter: what needs what is read from `pg_depend`.
pub(super) const ALL: &[Capture] = &[
    types::capture,
    sequences::capture,
    routines::capture,
    relations::capture,
    constraints::capture,
    indexes::capture,
    statistics::capture,
    rules::capture,
    triggers::capture,
    policies::capture,
    comments::capture,
];
