//! What stands in a schema, in a form in which two schemas can be compared.
//!
//! * [`Structure`]: every object of one schema with its properties, as the catalogues describe them when
//!   `search_path` is the schema itself: its own name then stands nowhere, and every other schema's does.
//! * [`Form`]: how a property is made independent of the schema's own name.
//! * [`Difference`]: an object that two schemas do not share; [`Change`] says why, [`PropertyChange`] in what.
//! * [`ObjectName`]: which object that is.
//!
//! A structure knows nothing of a [`Blueprint`](crate::blueprint::Blueprint) or of how it is captured: it is what a
//! clone is proved by.

mod difference;
mod form;
mod object_name;
#[expect(clippy::module_inception, reason = "a file is named after its type")]
mod structure;

pub use difference::{Change, Difference, PropertyChange};
pub use form::Form;
pub use object_name::ObjectName;
pub use structure::Structure;
