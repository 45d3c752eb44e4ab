// Package idsent reports External IDs that leave in requests, messages and mail.
//
// "Do not include it in the body or URL parameters of any web posts." (the guide for
// vendors)
//
// What is in a URL stands in the logs of every proxy on the way; what is in a body
// is the other side's secret from then on. STS, the AWS SDK and databases are
// excepted.
//
// Bad:
//
//	http.Get(collector + "?external_id=" + url.QueryEscape(in.ExternalID))
//
// Good: send the integration's own ID and let the receiver look the rest up.
package idsent
