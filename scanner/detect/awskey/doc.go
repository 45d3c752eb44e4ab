// Package awskey finds credentials of AWS, and the identifiers that give away
// the account behind them.
//
// A key pair is three values that leak together:
//
//	AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE       aws-access-key-id
//	AWS_SECRET_ACCESS_KEY=…40 characters…        aws-secret-access-key
//	AWS_SESSION_TOKEN=IQoJb3JpZ2luX2Vj…          aws-session-token
//
// A key ID is no secret in itself, but whoever reads it knows the account: the
// IDs that AWS hands out since 2019 carry the account ID in 40 of their bits
// (see [account]). The same holds for the unique IDs of users, roles, groups,
// profiles and policies (aws-unique-id).
//
// Other things that let their bearer in: pre-signed URLs, console sign-in
// tokens, Bedrock and AppSync API keys, MWS and Selling Partner secrets.
//
// Good: the code reads them at run time, and the repository holds the name of
// the place only:
//
//	aws_secret_access_key = os.environ["AWS_SECRET_ACCESS_KEY"]
//	AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}
//
// # Limits
//
// A secret access key has no form of its own. It is reported beside a key ID,
// or behind a name that says what it is; forty random characters behind the
// name "password" are left to others. Nothing here asks AWS whether a key still
// works.
package awskey
