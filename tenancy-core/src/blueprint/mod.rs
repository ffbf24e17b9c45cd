//! A schema as typed objects, rendered for any tenant.
//!
//! A tenant's schema is a copy of the template. The template is read once and becomes a [`Blueprint`]; for every
//! sign-up the blueprint is rendered into one [`Script`](crate::script::Script), which is a matter of joining
//! strings. What remains is PostgreSQL's own catalogue work.
//!
//! * [`Blueprint`]: everything that stands in a schema, in an order in which it can be created.
//! * [`Object`]: one thing that stands in it: its [`Definition`] and the [`ObjectId`]s of what it needs.
//! * [`Definition`]: what kind of thing it is; one struct per kind, in [`kind`].
//! * [`Deparsed`]: SQL that PostgreSQL wrote, with holes where the schema's name stands.
//! * [`Sentinel`]: the name that the template bears while PostgreSQL writes it.
//! * [`Stage`]: when a kind is created if nothing else decides.
//! * [`CycleError`]: objects that need each other.
//!
//! # Why text is split and never replaced
//!
//! PostgreSQL qualifies what it deparses (`base_template.customers`), and the same word may stand in a comment,
//! a default or a function's body, where it is the user's text. Looking for `base_template` cannot tell the two
//! apart. So the template is renamed, inside a transaction that is always rolled back, to a [`Sentinel`] that
//! occurs in no text of the template; whatever then bears the sentinel is a reference, everything else is text.
//!
//! # How cycles are broken
//!
//! A default may call a function that takes a row of the table; two views may read each other. As `pg_dump`
//! does, such an object is created as a shell first (the table without defaults and checks, the view with
//! columns of NULLs) and completed later; see [`Object::late`].
//!
//! # A new kind
//!
//! One file in [`kind`] with a struct and its rendering, one variant of [`Definition`], one capturing file in
//! `tenancy-diesel`. The order, the rendering of the whole and the proof of completeness stay as they are.

#[expect(clippy::module_inception, reason = "a file is named after its type")]
mod blueprint;
pub mod body;
mod definition;
mod deparsed;
pub mod kind;
mod object;
mod order;
mod render;
mod reparse;
mod stage;

pub use blueprint::Blueprint;
pub use body::{Body, Doubt, Language, SettingValue, Settings};
pub use definition::Definition;
pub use deparsed::{Deparsed, Sentinel, StraySentinel};
pub use object::{Object, ObjectId};
pub use order::CycleError;
pub use stage::Stage;
