-- The demo's template. Names are unqualified: they land in the template, and in each tenant's schema.
CREATE TYPE ticket_status AS ENUM ('open', 'pending', 'solved', 'closed');
CREATE TYPE message_role AS ENUM ('user', 'agent', 'system');

CREATE TABLE customers (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name       text        NOT NULL CHECK (name <> ''),
    email      text        NOT NULL CHECK (email LIKE '%_@_%'),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX customers_email_key ON customers (lower(email));

CREATE TABLE tickets (
    id          bigint        PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    customer_id uuid          NOT NULL REFERENCES customers ON DELETE CASCADE,
    issue       text          NOT NULL CHECK (issue <> ''),
    status      ticket_status NOT NULL DEFAULT 'open',
    created_at  timestamptz   NOT NULL DEFAULT now(),
    updated_at  timestamptz   NOT NULL DEFAULT now()
);
CREATE INDEX tickets_customer_id_idx ON tickets (customer_id);
CREATE INDEX tickets_unsolved_idx ON tickets (created_at) WHERE status IN ('open', 'pending');

CREATE TABLE messages (
    id         bigint       PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    ticket_id  bigint       NOT NULL REFERENCES tickets ON DELETE CASCADE,
    role       message_role NOT NULL,
    content    text         NOT NULL CHECK (content <> ''),
    created_at timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX messages_ticket_id_idx ON messages (ticket_id, id);

CREATE FUNCTION touch_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE TRIGGER tickets_touch BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION touch_ticket();

CREATE VIEW open_tickets AS
    SELECT t.id, t.issue, t.status, t.created_at, c.name AS customer, c.email
    FROM tickets t JOIN customers c ON c.id = t.customer_id
    WHERE t.status IN ('open', 'pending');
COMMENT ON VIEW open_tickets IS 'what the support desk still has to answer';
