//! One struct per kind of object, and how it becomes SQL.
//!
//! Names are held as PostgreSQL stores them and quoted when they are written; types, expressions and whole
//! definitions are [`Deparsed`](super::Deparsed).
//!
//! * Types: [`EnumType`], [`CompositeType`] of [`Attribute`]s, [`Domain`] with [`Check`]s, [`RangeType`].
//! * [`Sequence`] with [`SequenceOptions`]; [`Routine`].
//! * [`Table`] of [`Column`]s, each [`NotNull`] or not, with a [`ColumnValue`] and [`ColumnSettings`]; [`Persistence`],
//!   [`ReplicaIdentity`], [`RowSecurity`], [`Parameter`].
//! * [`View`], [`MaterializedView`]; [`CopiedRows`] of [`CopiedTable`]s with [`CopiedColumn`]s, each
//!   [`CopiedBy`] its value, its text or the name of a [`NamedObject`].
//! * What is added to tables that stand: [`Constraint`], [`Index`], [`Statistics`], [`Rule`], [`Trigger`],
//!   [`Policy`]; a rule and a trigger have a [`Firing`].
//! * [`Comment`], on anything.

mod column;
mod column_settings;
mod comment;
mod composite;
mod constraint;
mod copied_column;
mod copied_rows;
mod domain;
mod enum_type;
mod firing;
mod index;
mod materialized_view;
mod parameter;
mod policy;
mod range;
mod routine;
mod rule;
mod sequence;
mod statistics;
mod table;
mod trigger;
mod view;

pub use column::{Column, ColumnValue, NotNull};
pub use column_settings::{ColumnSettings, Compression, Storage};
pub use comment::Comment;
pub use composite::{Attribute, CompositeType};
pub use constraint::{Constraint, ConstraintKind};
pub use copied_column::{CopiedBy, CopiedColumn, NamedObject};
pub use copied_rows::{CopiedRows, CopiedTable};
pub use domain::{Check, Domain};
pub use enum_type::EnumType;
pub use firing::Firing;
pub use index::Index;
pub use materialized_view::MaterializedView;
pub use parameter::Parameter;
pub use policy::{Policy, PolicyCommand};
pub use range::RangeType;
pub use routine::{ParallelSafety, Routine, RoutineBody, RoutineTraits, Volatility};
pub use rule::Rule;
pub use sequence::{Sequence, SequenceOptions};
pub use statistics::Statistics;
pub use table::{Persistence, ReplicaIdentity, RowSecurity, Table};
pub use trigger::Trigger;
pub use view::{View, ViewColumn};
