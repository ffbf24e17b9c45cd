//! Multi-tenancy decided as plain data.
//!
//! `tenancy-core` performs **no IO**: no sockets, files, clock, randomness, environment or threads; time and
//! entropy are arguments. It knows no database driver and no web framework. It turns inputs into *plans* that
//! `tenancy-diesel` carries out:
//!
//! * [`name`]: slugs, schema names, quoting. Validation is the only road from user text to an identifier.
//! * [`tenant`]: what a tenant is; [`tenant::ActiveTenant`] is the only kind that may be served.
//! * [`scoped`]: ids that mean something in one tenant only.
//! * [`placement`]: where a tenant's data lives.
//! * [`request`] and [`resolve`]: who is asking.
//! * [`isolation`]: what a session must look like while a tenant is served, and how that is proved.
//! * [`blueprint`]: a schema as typed objects, rendered for any tenant.
//! * [`structure`]: what stands in a schema, so that two can be compared.
//! * [`dismantle`]: in which steps a large schema is dropped.
//! * [`fleet`]: which migrations which tenant needs; [`migration`]: what is in the text of one.
//! * [`limits`] and [`fairness`]: what a tenant may take, and whose turn it is.
//! * [`conninfo`]: what a database URL says about hosts and encryption.
//! * [`script`]: the one type that SQL text is assembled in.
//!
//! Modules import downwards only: `name`, `conninfo`, `limits` and `lexer` import nothing of this crate; `script`,
//! `placement`, `tenant`, `request` and `migration` import those; the rest imports all of them, and
//! `structure` also `blueprint`.

pub mod blueprint;
pub mod conninfo;
pub mod dismantle;
pub mod fairness;
pub mod fleet;
pub mod isolation;
mod lexer;
pub mod limits;
pub mod migration;
pub mod name;
pub mod placement;
pub mod request;
pub mod resolve;
pub mod scoped;
pub mod script;
pub mod structure;
pub mod tenant;
