//! What the doctor looks for, one file each: a query and what its rows mean.
//!
//! `prelude.sql` defines what the queries have in common: `homes`, `places`, `shared`, `rights`, ...

mod answered_from_shared;
mod bookkeeping_writable;
mod bound_to_tenant;
mod connections;
mod dedicated_without_owner;
mod default_grants;
mod definer_without_path;
mod drop_unfinished;
mod extension_in_tenant;
mod fall_through;
mod foreign_rights;
mod foreign_servers;
mod invalid_index;
mod locks;
mod login_bypasses_policies;
mod login_inherits;
mod login_memberships;
mod login_not_admitted;
mod login_operates;
mod login_superuser;
mod md5_passwords;
mod messages_not_english;
mod not_owned;
mod owned_by_login;
mod policies_not_enabled;
mod public_grants;
mod public_temp;
mod rights_missing;
mod role_attributes;
mod role_creates;
mod role_memberships;
mod role_owns;
mod roles_missing;
mod roles_off;
mod row_points_elsewhere;
mod row_security_not_forced;
mod row_without_schema;
mod runs_as_owner;
mod schema_without_row;
mod seed_missing;
mod server_version;
mod session_settings;
mod shadows_builtin;
mod shared_public_writes;
mod shared_schema_writable;
mod shared_sequence;
mod spare_without_row;
mod spare_without_schema;
mod superuser_definer;
mod template_missing;
mod tenant_incomplete;
mod tenant_without_role;
mod untrusted_code;
mod view_bypasses_policies;

use super::check::{Area, Check};
use super::{MendedBy, Severity};

/// All of them. Statements are run in this order: what gives an object to the owner comes before what grants on it.
pub(super) const ALL: &[&Check] = &[
    &login_superuser::CHECK,
    &login_bypasses_policies::CHECK,
    &login_operates::CHECK,
    &login_inherits::CHECK,
    &login_memberships::CHECK,
    &login_not_admitted::CHECK,
    &owned_by_login::CHECK,
    &roles_missing::CHECK,
    &roles_off::CHECK,
    &tenant_without_role::CHECK,
    &role_attributes::CHECK,
    &role_memberships::CHECK,
    &role_owns::CHECK,
    &role_creates::CHECK,
    &foreign_rights::CHECK,
    &public_grants::CHECK,
    &default_grants::CHECK,
    &rights_missing::CHECK,
    &bookkeeping_writable::CHECK,
    &dedicated_without_owner::CHECK,
    &not_owned::CHECK,
    &schema_without_row::CHECK,
    &row_without_schema::CHECK,
    &drop_unfinished::CHECK,
    &spare_without_schema::CHECK,
    &spare_without_row::CHECK,
    &row_points_elsewhere::CHECK,
    &template_missing::CHECK,
    &seed_missing::CHECK,
    &fall_through::CHECK,
    &answered_from_shared::CHECK,
    &tenant_incomplete::CHECK,
    &invalid_index::CHECK,
    &shared_schema_writable::CHECK,
    &shared_public_writes::CHECK,
    &definer_without_path::CHECK,
    &runs_as_owner::CHECK,
    &superuser_definer::CHECK,
    &shadows_builtin::CHECK,
    &extension_in_tenant::CHECK,
    &bound_to_tenant::CHECK,
    &shared_sequence::CHECK,
    &row_security_not_forced::CHECK,
    &policies_not_enabled::CHECK,
    &view_bypasses_policies::CHECK,
    &untrusted_code::CHECK,
    &foreign_servers::CHECK,
    &connections::CHECK,
    &public_temp::CHECK,
    &session_settings::CHECK,
    &messages_not_english::CHECK,
    &md5_passwords::CHECK,
    &server_version::CHECK,
    &locks::CHECK,
];
