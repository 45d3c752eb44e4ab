const begin = "-----BEGIN RSA PRIVATE KEY-----"
const end = "-----END RSA PRIVATE KEY-----"
var re = regexp.MustCompile(`-----BEGIN (EC|RSA) PRIVATE KEY-----[\s\S]+`)
