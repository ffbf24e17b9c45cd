//! The OIDs of the catalogues, which PostgreSQL assigns by hand and never changes.

pub(super) const TYPE: u32 = 1247;
pub(super) const ROUTINE: u32 = 1255;
pub(super) const RELATION: u32 = 1259;
pub(super) const DEFAULT: u32 = 2604;
pub(super) const CONSTRAINT: u32 = 2606;
pub(super) const REWRITE: u32 = 2618;
pub(super) const TRIGGER: u32 = 2620;
pub(super) const NAMESPACE: u32 = 2615;
pub(super) const EXTENSION: u32 = 3079;
pub(super) const POLICY: u32 = 3256;
pub(super) const STATISTICS: u32 = 3381;
