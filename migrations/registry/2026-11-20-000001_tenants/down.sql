DROP TABLE tenancy.tenants;
DROP FUNCTION tenancy.touch();
