String KEY = "«concatenated:rsa»";
