const key = `-----BEGIN PRIVATE KEY-----
‹base64:64›
‹base64:64›
-----END PRIVATE KEY-----`
