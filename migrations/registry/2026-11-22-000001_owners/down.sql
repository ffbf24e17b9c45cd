-- Every schema goes back to the owner of all. The functions stay: they work for the version before, too, once nobody
-- has an owner of its own.
SELECT tenancy.own_together(id) FROM tenancy.tenants WHERE owner_name IS NOT NULL;
CREATE OR REPLACE FUNCTION tenancy.owner_of(p_schema text) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS 'SELECT owner_role FROM tenancy.installation';
CREATE OR REPLACE FUNCTION tenancy.own_owners() RETURNS SETOF text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS 'SELECT NULL::text WHERE false';
DROP FUNCTION tenancy.own_apart(uuid);
DROP FUNCTION tenancy.own_together(uuid);
DROP POLICY of_own_owner ON tenancy.tenants;
ALTER TABLE tenancy.tenants DROP COLUMN owner_name;
