INSERT INTO `settings` VALUES (1,'s3_key','«aws-id:AKIA»'),(2,'s3_secret','«aws-secret»'),(3,'csrf','‹base62:40›');
INSERT INTO `users` VALUES (1,'ada','‹hex:40›','$2y$10$‹base62:53›');
