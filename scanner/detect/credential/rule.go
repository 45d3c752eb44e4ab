package credential

import "github.com/deputy-sec/deputy/scanner/finding"

var rule = &finding.Rule{
	ID: "generic-credential", Kind: finding.Token, Severity: finding.Low, Generic: true,
	Title: "Password, secret or API key",
	About: "A random value under a name that says password, secret or API key. What it opens only its owner knows; " +
		"whoever reads the file can try it.",
	Remedy: "Find out what it opens, replace it there, and keep the new one in a secret store or the environment.",
	Guide:  "Treat external_id like you would an ssh private key in the UI and backend",
	Source: "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
	Matches: []finding.Example{
		{Name: "terraform-variables", Text: "grafana_admin_password = \"«mixed:16»\"\nimages_api_key = \"«uuid»\"\nimages_api_secret = \"«hex:64»\"\n"},
		{Name: "chart-values", Text: "env:\n  ACME_DB_USERNAME: root\n  ACME_DB_PASSWORD: \"«mixed:12»\"\n"},
		{Name: "spring-properties", Text: "spring.datasource.username=app\nspring.datasource.password=«mixed:20»\n"},
		{Name: "environment-file", Text: "export LIBRARY_OAUTH_SECRET=«mixed:24»\n"},
		{Name: "json-in-a-string", Text: `{\"client_secret\":\"«mixed:32»\"}`},
		{Name: "fallback", Text: "const secret = process.env.SESSION_SECRET || '«mixed:32»';\n"},
		{Name: "default-of-a-variable", Text: "variable \"db_password\" {\n  type = string\n  default = \"«mixed:16»\"\n}\n"},
	},
	NearMisses: []finding.Example{
		{Name: "words", Text: "password = \"changeme123\"\ndb_password: correct-horse-battery\nsecret = \"TopSecretValue1\"\n"},
		{Name: "reference", Text: "password = var.db_password\npassword: ${DB_PASSWORD}\nsecret = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-‹mixed:6›\"\npassword: {{ .Values.password }}\n"},
		{Name: "expression-in-code", Text: "self.password = generatePassword16(length2)\nconst apiKey = config.apiKeys[0].Value2x9\n"},
		{Name: "hash-of-a-password", Text: "password: \"$2b$12$‹mixed:53›\"\npassword_hash = \"‹mixed:43›\"\n"},
		{Name: "name-of-a-secret", Text: "secretName: app-‹hex:10›\nsecret: myapp-tls-cert-2x9\npassword_field = \"user_password_2x9\"\n"},
		{Name: "encrypted", Text: "password: ENC[AES256_GCM,data:‹mixed:24›,iv:x]\nspring.password=ENC(‹mixed:32›)\n"},
		{Name: "public-key", Text: "public_api_key = \"‹mixed:32›\"\nexample_password = \"‹mixed:16›\"\n"},
		{Name: "sentence", Text: "The password: Aa1Bb2Cc3 style is forbidden. Your API key must have 32 characters.\n"},
	},
}
