DROP FUNCTION IF EXISTS tenancy.pin(uuid, text, text, text, text);
DROP TABLE tenancy.tenants;
DROP FUNCTION tenancy.touch();
