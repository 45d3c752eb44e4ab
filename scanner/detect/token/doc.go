// Package token finds access tokens and passwords that can be told by their own
// form: the prefix, alphabet, length and checksum that a provider gives its
// tokens, the claims of a JSON Web Token, the user and password of a URL.
//
// Found:
//
//	GITHUB_TOKEN=ghp_…               the last six characters are a checksum of the rest
//	"token": "eyJhbGciOi….eyJzd….…"  both parts decode to JSON, the signature has its length
//	postgres://app:…@db.acme.io/app  a password for a host that others can name
//
// Not found:
//
//	GITHUB_TOKEN=ghp_xxxxxxxxxxxx…   typed, not generated
//	GITHUB_TOKEN=ghp_ with a wrong checksum, or a longer word that holds such a run
//	postgres://app:${DB_PASSWORD}@db.acme.io/app
//
// # How it is built
//
// A [provider] is one row of a table: its rule and the [form] of each of its
// tokens. A form begins with a literal, which is what the prefilter looks for;
// behind it stand an alphabet and a length, and where the provider documents a
// checksum or an inner structure a [check]. A token whose check fails is not
// reported: nothing that the provider gave out looks like that.
//
// Providers whose tokens have no form of their own (32 hexadecimal digits) are
// found by the name of the variable that holds them, see [keyed].
//
// # Limits
//
// Whether a token still works is not asked: nothing leaves the machine. An
// unsigned JSON Web Token proves nothing and is left out, as is an encrypted one. A token
// split over lines or concatenated in code is not found. Passwords without a
// form, in variables called password, are not this package's business.
package token
