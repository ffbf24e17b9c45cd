//! The control plane's tables for Diesel; the schema is named, so `search_path` does not matter.

diesel::table! {
    tenancy.tenants (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        status -> Text,
        placement -> Text,
        schema_name -> Nullable<Text>,
        database_name -> Nullable<Text>,
        plan -> Text,
        settings -> Jsonb,
        migrations -> Array<Text>,
        template_version -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        role_name -> Nullable<Text>,
        login_name -> Nullable<Text>,
        session_settings -> Nullable<Array<Text>>,
        max_connections -> Nullable<Integer>,
    }
}

diesel::table! {
    tenancy.seeds (template, table_name) {
        template -> Text,
        table_name -> Text,
        added_at -> Timestamptz,
    }
}
