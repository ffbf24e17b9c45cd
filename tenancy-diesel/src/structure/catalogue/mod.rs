//! What is asked, by catalogue. See [`Branch`].

mod operators;
mod relations;
mod rest;
mod routines;
mod text_search;
mod types;

use super::branch::Branch;

/// Every branch.
pub(super) fn all() -> impl Iterator<Item = &'static Branch> {
    [
        relations::BRANCHES,
        types::BRANCHES,
        routines::BRANCHES,
        operators::BRANCHES,
        text_search::BRANCHES,
        rest::BRANCHES,
    ]
    .into_iter()
    .flatten()
}
