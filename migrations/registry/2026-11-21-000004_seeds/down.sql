DROP FUNCTION tenancy.open_seeds();
DROP TABLE tenancy.seeds;
