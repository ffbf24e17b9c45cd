DROP VIEW open_tickets;
DROP TABLE messages;
DROP TABLE tickets;
DROP FUNCTION touch_ticket();
DROP TABLE customers;
DROP TYPE message_role;
DROP TYPE ticket_status;
