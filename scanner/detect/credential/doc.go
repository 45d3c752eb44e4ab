// Package credential finds passwords, secrets and API keys that no provider's rule knows:
// random values under names that say what they are.
//
// Found:
//
//	grafana_admin_password = "CK…"     letters of both cases and digits in no order
//	spring.datasource.password=g4…
//	api_key: 5a39ba26-…                a random UUID under a name of keys
//
// Not found:
//
//	password = "changeme123"           made of words
//	password = var.db_password         a reference
//	passwordHash: "$2b$12$…"           what is made from a password
//	password_field = "user_password"   an identifier
//
// # Limits
//
// A value made of words and digits may be somebody's password all the same; nothing tells it
// from an author's idea of one, so it is left out. So are values of tests, which a reader can
// tell by the code around them, and what other rules find under such names is theirs.
package credential
