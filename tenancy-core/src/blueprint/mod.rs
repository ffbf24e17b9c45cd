//! A schema as typed objects, rendered for any tenant.
