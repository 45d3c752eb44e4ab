COPY public.customers (id, name, aws_account_id, phone) FROM stdin;
1	x	«account»	‹digits:12›
2	count	«account»	‹digits:12›
\.
