ALTER TABLE orders ADD COLUMN external_id varchar(64);
CREATE INDEX orders_external_id ON orders (external_id);
INSERT INTO orders (id, external_id) VALUES (1, '‹uuid›');
