//! Bodies of functions that are text, and where the template's name qualifies something in them.
//!
//! PostgreSQL keeps the body of a function in `sql` or `plpgsql` as the text that the user wrote, and resolves its
//! names when it runs. Where the text names its own schema (`base_template.tickets`), a clone must name itself.
//!
//! * [`Body`]: such a text, with holes where the template's name is a *qualification* and nothing else.
//! * [`Doubt`]: what cannot be decided by reading. It is left as it is and reported, never guessed.
//! * [`Language`]: which languages are read.
//! * [`Settings`]: the SET clauses of a function; a path may name the template, too.
//!
//! # What is a qualification
//!
//! A name token that is the template's (`base_template`, `BASE_TEMPLATE`, `"base_template"`), that no dot precedes, and
//! that a dot and another name follow, with blanks and comments between them or not; or a dot and an operator within
//! `OPERATOR(...)`. Comments and literals are not touched.
//!
//! The same two tokens could be an alias and its column, a variable and its field, a parameter or a label. Whoever
//! uses the name so must introduce it somewhere in the body, or as a parameter, or as the function's own name: if the
//! name stands anywhere as anything else than a qualification, *nothing* in the body is rewritten.
//!
//! Not found is what the body computes: `'base_' || 'template'`. And a clone whose own name is an alias in a body that
//! also holds a qualification would read that qualification as the alias; a prefix such as `tenant_` rules that out.

#[expect(clippy::module_inception, reason = "a file is named after its type")]
mod body;
mod doubt;
mod language;
mod settings;

pub use body::Body;
pub use doubt::{Doubt, Reason};
pub use language::Language;
pub use settings::{Setting, SettingValue, Settings};
