DROP FUNCTION tenancy.seeds_state(text);
ALTER TABLE tenancy.spares DROP COLUMN seeds;
DROP FUNCTION tenancy.open_seeds();
DROP TABLE tenancy.seeds;
