INSERT INTO users VALUES (1,'ada','$2b$12$‹base62:53›','‹hex:64›');
INSERT INTO sessions VALUES ('‹base62:43›', now());
