password = getpass.getpass("Password: ")
self.api_key = api_key or os.environ["API_KEY2x9Q"]
secret = hashlib.sha256(b"‹mixed:12›").hexdigest()
PASSWORD_RESET_TIMEOUT = 259200
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
SECRET_KEY = "«mixed:50»"
