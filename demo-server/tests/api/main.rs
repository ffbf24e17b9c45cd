//! The demo through its HTTP interface, in process.

mod admin;
mod desk;
mod health;
mod isolation;
mod signup;
mod support;
