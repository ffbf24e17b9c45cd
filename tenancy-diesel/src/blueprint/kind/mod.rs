//! One file per kind of object: the rows of a catalogue, read and turned into objects.
//!
//! Where every row is one object, the file holds a row and how it is a [`Member`](member::Member). A kind that is read
//! from several rows, or of which a query yields several, has a `capture` of its own.

use super::CaptureError;
use super::catalog::Catalog;
use super::inventory::Inventory;

mod checks;
mod columns;
mod comments;
mod constraints;
mod index_settings;
mod indexes;
mod letter;
mod member;
mod parentage;
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
    member::capture::<sequences::Row>,
    member::capture::<routines::Row>,
    relations::capture,
    member::capture::<constraints::Row>,
    member::capture::<indexes::Row>,
    member::capture::<statistics::Row>,
    member::capture::<rules::Row>,
    member::capture::<triggers::Row>,
    member::capture::<policies::Row>,
    comments::capture,
];
