-- Spare schemas stay: drop them before (`tenancy spares --keep 0`).
DROP FUNCTION tenancy.make_spare_role(uuid);
DROP FUNCTION tenancy.template_state(text);
DROP TABLE tenancy.spares;
ALTER TABLE tenancy.tenants
    DROP CONSTRAINT tenants_status_check,
    ADD CONSTRAINT tenants_status_check CHECK (status IN ('provisioning', 'active', 'suspended', 'archived')),
    DROP CONSTRAINT tenants_schema_name_check,
    ADD CONSTRAINT tenants_schema_name_check
        CHECK (schema_name ~ '^[a-z0-9_]{1,63}$'
               AND schema_name !~ '^pg_'
               AND schema_name NOT IN ('public', 'tenancy', 'information_schema'));
