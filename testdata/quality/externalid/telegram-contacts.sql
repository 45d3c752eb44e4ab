INSERT INTO contacts (id, external_id, source) VALUES (1, '‹digits:10›', 'telegram'), (2, '‹uuid›', 'crm');
