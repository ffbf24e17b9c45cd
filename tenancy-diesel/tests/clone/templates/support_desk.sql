-- A support desk, as a service would write it.
CREATE SCHEMA base_template;
COMMENT ON SCHEMA base_template IS 'what a tenant starts with; base_template is never served';
SET search_path = base_template;

CREATE TABLE __diesel_schema_migrations (
    version varchar(50) PRIMARY KEY,
    run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations VALUES ('20240101000000', '2024-01-01'), ('20240201000000', '2024-02-01');

CREATE TYPE ticket_status AS ENUM ('open', 'pending', 'closed');

CREATE TABLE customers (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE tickets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers ON DELETE CASCADE,
    issue text NOT NULL,
    status ticket_status NOT NULL DEFAULT 'open',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz
);
CREATE TABLE messages (
    id bigserial PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES tickets ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('customer', 'agent')),
    content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tickets_unfinished ON tickets (customer_id, created_at DESC) WHERE status <> 'closed';
CREATE UNIQUE INDEX customers_email_folded ON customers (lower(email));
CREATE INDEX ON messages (ticket_id);

CREATE VIEW open_tickets AS
    SELECT t.id, t.issue, c.name AS customer, count(m.id) AS messages
    FROM tickets t JOIN customers c ON c.id = t.customer_id LEFT JOIN messages m ON m.ticket_id = t.id
    WHERE t.status = 'open' GROUP BY t.id, c.id;

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE TRIGGER touch BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION touch();

COMMENT ON TABLE tickets IS 'one question of a customer';
COMMENT ON COLUMN tickets.status IS 'it''s the agent who closes';
COMMENT ON VIEW open_tickets IS 'what is left to do';
COMMENT ON FUNCTION touch() IS 'keeps updated_at';
COMMENT ON TYPE ticket_status IS 'in the order of a ticket''s life';
RESET search_path;
