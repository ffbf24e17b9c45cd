//! One struct per kind of object, and how it becomes SQL.
//!
//! Names are held as PostgreSQL stores them and quoted when they are written; types, expressions and whole
//! definitions are [`Deparsed`](super::Deparsed).
//!
//! * Types: [`EnumType`], [`CompositeType`] of [`Attribute`]s, [`Domain`] with [`Check`]s, [`RangeType`].
//! * [`Sequence`] with [`SequenceOptions`]; [`Routine`].
//! * [`Table`] of [`Column`]s, each [`NotNull`] or not, with a [`ColumnValue`] and [`ColumnSettings`]; [`Persistence`],
//!   [`ReplicaIdentity`], [`RowSecurity`], [`Parameter`]. Its [`Parentage`] says whether it is a partition, inherits or
//!   is of a type, and [`ColumnOverride`] what it changes of what it has from there.
//! * [`View`], [`MaterializedView`]; [`CopiedRows`].
//! * What is added to tables that stand: [`Constraint`] of a [`ConstraintKind`] and [`Index`], both with
//!   [`IndexSettings`], [`Statistics`], [`Rule`], [`Trigger`], [`Policy`]; a rule and a trigger have a [`Firing`]. What
//!   partitions make of theirs: [`PartitionConstraint`], [`PartitionTrigger`].
//! * [`Comment`], on anything.

mod alteration;
mod column;
mod column_override;
mod column_settings;
mod comment;
mod composite;
mod constraint;
mod copied_rows;
mod domain;
mod enum_type;
mod firing;
mod index;
mod index_settings;
mod materialized_view;
mod parameter;
mod parentage;
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
pub use column_override::ColumnOverride;
pub use column_settings::{ColumnSettings, Compression, Storage};
pub use comment::Comment;
pub use composite::{Attribute, CompositeType};
pub use constraint::{Constraint, ConstraintKind, PartitionConstraint};
pub use copied_rows::CopiedRows;
pub use domain::{Check, Domain};
pub use enum_type::EnumType;
pub use firing::Firing;
pub use index::Index;
pub use index_settings::IndexSettings;
pub use materialized_view::MaterializedView;
pub use parameter::Parameter;
pub use parentage::Parentage;
pub use policy::{Policy, PolicyCommand};
pub use range::RangeType;
pub use routine::{ParallelSafety, Routine, RoutineBody, RoutineTraits, Volatility};
pub use rule::Rule;
pub use sequence::{Sequence, SequenceOptions};
pub use statistics::Statistics;
pub use table::{Persistence, ReplicaIdentity, RowSecurity, Table};
pub use trigger::{PartitionTrigger, Trigger};
pub use view::{View, ViewColumn};
