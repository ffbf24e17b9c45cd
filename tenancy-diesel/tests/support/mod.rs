//! What every suite needs: a database of its own, and the library on top of it.

pub(crate) mod proxy;
pub(crate) mod world;
