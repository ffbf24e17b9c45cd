//! The OIDs of the catalogues, which PostgreSQL assigns by hand and never changes.

pub(super) const DEFAULT_ACL: u32 = 826;
pub(super) const TYPE: u32 = 1247;
pub(super) const ROUTINE: u32 = 1255;
pub(super) const RELATION: u32 = 1259;
pub(super) const FAMILY_OPERATOR: u32 = 2602;
pub(super) const FAMILY_FUNCTION: u32 = 2603;
pub(super) const DEFAULT: u32 = 2604;
pub(super) const CAST: u32 = 2605;
pub(super) const CONSTRAINT: u32 = 2606;
pub(super) const CONVERSION: u32 = 2607;
pub(super) const NAMESPACE: u32 = 2615;
pub(super) const OPERATOR_CLASS: u32 = 2616;
pub(super) const OPERATOR: u32 = 2617;
pub(super) const REWRITE: u32 = 2618;
pub(super) const TRIGGER: u32 = 2620;
pub(super) const OPERATOR_FAMILY: u32 = 2753;
pub(super) const EXTENSION: u32 = 3079;
pub(super) const POLICY: u32 = 3256;
pub(super) const STATISTICS: u32 = 3381;
pub(super) const COLLATION: u32 = 3456;
pub(super) const TRANSFORM: u32 = 3576;
pub(super) const TEXT_SEARCH_DICTIONARY: u32 = 3600;
pub(super) const TEXT_SEARCH_PARSER: u32 = 3601;
pub(super) const TEXT_SEARCH_CONFIGURATION: u32 = 3602;
pub(super) const TEXT_SEARCH_TEMPLATE: u32 = 3764;
