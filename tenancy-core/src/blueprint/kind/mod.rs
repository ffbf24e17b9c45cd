//! One struct per kind of object, and how it becomes SQL.
//!
//! Names are held as PostgreSQL stores them and quoted when they are written; types, expressions and whole
//! definitions are [`Deparsed`](super::Deparsed).
//!
//! * Types: [`EnumType`], [`CompositeType`] of [`Attribute`]s, [`Domain`] with [`Check`]s, [`RangeType`].
//! * [`Sequence`] with [`SequenceOptions`].
//! * [`Table`] of [`Column`]s, each [`NotNull`] or not, with a [`ColumnValue`] and [`ColumnSettings`]; [`Persistence`],
//!   [`ReplicaIdentity`], [`RowSecurity`], [`Parameter`]. Its [`Parentage`] says whether it is a partition, inherits or
//!   is of a type, and [`ColumnOverride`] what it changes of what it has from there.
//! * [`View`], [`MaterializedView`]; [`CopiedRows`] of [`CopiedTable`]s with [`CopiedColumn`]s, each
//!   [`CopiedBy`] its value, its text or the name of a [`NamedObject`].
//! * What is added to tables that stand: [`Constraint`] of a [`ConstraintKind`] and [`Index`], both with
//!   [`IndexSettings`], [`Statistics`], [`Rule`], [`Trigger`], [`Policy`]; a rule and a trigger have a [`Firing`]. What
//!   partitions make of theirs: [`PartitionConstraint`], [`PartitionTrigger`].
//! * Programs: [`Routine`] with [`RoutineTraits`] and a [`RoutineBody`], [`Aggregate`] of [`Transition`]s, [`Operator`],
//!   [`OperatorFamily`], [`OperatorClass`], [`FamilyMember`], [`Cast`], [`Transform`], [`Conversion`].
//! * Texts: [`Collation`] by a [`CollationProvider`]; [`TextSearchParser`], [`TextSearchTemplate`],
//!   [`TextSearchDictionary`], [`TextSearchConfiguration`].
//! * [`Comment`] and [`SecurityLabel`], on anything.
//! * Who may: [`Grants`] of [`Privilege`]s to [`Grantee`]s on a [`GrantTarget`]; [`Owner`].

mod aggregate;
mod alteration;
mod cast;
mod collation;
mod column;
mod column_override;
mod column_settings;
mod comment;
mod composite;
mod constraint;
mod conversion;
mod copied_column;
mod copied_rows;
mod domain;
mod enum_type;
mod firing;
mod grantee;
mod grants;
mod index;
mod index_settings;
mod materialized_view;
mod operator;
mod operator_class;
mod operator_family;
mod owner;
mod parameter;
mod parentage;
mod policy;
mod privilege;
mod range;
mod routine;
mod rule;
mod security_label;
mod sequence;
mod shell_type;
mod statistics;
mod table;
mod text_search;
mod transform;
mod trigger;
mod view;
pub use aggregate::{Aggregate, StateChange, Transition};
pub use cast::{Cast, CastContext, CastMethod};
pub use collation::{Collation, CollationProvider};
pub use column::{Column, ColumnValue, NotNull};
pub use column_override::ColumnOverride;
pub use column_settings::{ColumnSettings, Compression, Storage};
pub use comment::Comment;
pub use composite::{Attribute, CompositeType};
pub use constraint::{Constraint, ConstraintKind, PartitionConstraint};
pub use conversion::Conversion;
pub use copied_column::{CopiedBy, CopiedColumn, NamedObject};
pub use copied_rows::{CopiedRows, CopiedTable};
pub use domain::{Check, Domain};
pub use enum_type::EnumType;
pub use firing::Firing;
pub use grantee::Grantee;
pub use grants::{Grant, GrantTarget, Grants, LaterObjects};
pub use index::Index;
pub use index_settings::IndexSettings;
pub use materialized_view::MaterializedView;
pub use operator::Operator;
pub use operator_class::OperatorClass;
pub use operator_family::{FamilyMember, OperatorFamily};
pub use owner::Owner;
pub use parameter::Parameter;
pub use parentage::Parentage;
pub use policy::{Policy, PolicyCommand};
pub use privilege::Privilege;
pub use range::RangeType;
pub use routine::{ParallelSafety, Routine, RoutineBody, RoutineTraits, Volatility};
pub use rule::Rule;
pub use security_label::SecurityLabel;
pub use sequence::{Sequence, SequenceOptions};
pub use shell_type::ShellType;
pub use statistics::Statistics;
pub use table::{Persistence, ReplicaIdentity, RowSecurity, Table};
pub use text_search::{TextSearchConfiguration, TextSearchDictionary, TextSearchParser, TextSearchTemplate};
pub use transform::Transform;
pub use trigger::{PartitionTrigger, Trigger};
pub use view::{View, ViewColumn};
