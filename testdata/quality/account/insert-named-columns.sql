INSERT INTO customers (name, account_id, phone) VALUES
  ('x', '«account»', '‹digits:12›'),
  ('dev', '«account:dashed»', '‹digits:12›');
