package verify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// callerIdentity asks STS who a key is, signed with its secret, which never leaves.
func callerIdentity(base, keyID string, with companions, now time.Time) (*http.Request, error) {
	if with.secret == "" {
		return nil, errors.New("the secret of the key was not found with it")
	}
	if strings.HasPrefix(keyID, "ASIA") && with.session == "" {
		return nil, errors.New("the session token of the key was not found with it")
	}
	body := []byte("Action=GetCallerIdentity&Version=2011-06-15")
	headers := []string{"Content-Type", "application/x-www-form-urlencoded"}
	if with.session != "" && strings.HasPrefix(keyID, "ASIA") {
		headers = append(headers, "X-Amz-Security-Token", with.session)
	}
	req, err := build(http.MethodPost, base+"/", body, headers...)
	if err != nil {
		return nil, err
	}
	sign(req, body, keyID, with.secret, "us-east-1", "sts", now)
	return req, nil
}

// sign signs a request without a query by Signature Version 4
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
func sign(req *http.Request, body []byte, keyID, secret, region, service string, now time.Time) {
	stamp := now.UTC().Format("20060102T150405Z")
	day := stamp[:8]
	req.Header.Set("X-Amz-Date", stamp)
	names := []string{"host"}
	values := map[string]string{"host": req.URL.Host}
	for name, list := range req.Header {
		lower := strings.ToLower(name)
		names = append(names, lower)
		values[lower] = strings.Join(list, ",")
	}
	slices.Sort(names)
	var canonical strings.Builder
	path := req.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	fmt.Fprintf(&canonical, "%s\n%s\n\n", req.Method, path)
	for _, name := range names {
		fmt.Fprintf(&canonical, "%s:%s\n", name, strings.TrimSpace(values[name]))
	}
	signed := strings.Join(names, ";")
	sum := sha256.Sum256(body)
	fmt.Fprintf(&canonical, "\n%s\n%x", signed, sum)
	scope := strings.Join([]string{day, region, service, "aws4_request"}, "/")
	digest := sha256.Sum256([]byte(canonical.String()))
	text := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex.EncodeToString(digest[:])
	key := []byte("AWS4" + secret)
	for _, part := range []string{day, region, service, "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", keyID, scope, signed, key))
}

// stsSays reads an answer of STS. A clock that is wrong, or a Region that is off, says nothing
// of the key.
func stsSays(status int, body []byte) State {
	switch {
	case status == http.StatusOK && bytes.Contains(body, []byte("<GetCallerIdentityResult")):
		return Alive
	case bytes.Contains(body, []byte("<Code>InvalidClientTokenId</Code>")), bytes.Contains(body, []byte("<Code>ExpiredToken</Code>")):
		return Dead
	case bytes.Contains(body, []byte("<Code>SignatureDoesNotMatch</Code>")) && !bytes.Contains(body, []byte("Signature expired")) && !bytes.Contains(body, []byte("not yet current")):
		return Dead
	}
	return Unknown
}
