package awskey

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// Shapes make the values that the examples of this package show.
var Shapes = map[string]example.Shape{
	"aws-id":      shapeID,           // «aws-id:AKIA», «aws-id:AROA»: tells a random account
	"aws-old-id":  shapeOldID,        // «aws-old-id:AKIA»: made before 2019
	"aws-bad-id":  shapeBadID,        // ‹aws-bad-id:AKIA›: an account of more than twelve digits
	"aws-secret":  shapeSecret,       // «aws-secret»
	"aws-token":   shapeToken,        // «aws-token»: a session token; «aws-token:old» of 2015
	"aws-opaque":  shapeOpaque,       // «aws-opaque:200»: base64 of that length with all kinds of characters
	"aws-bedrock": shapeBedrock,      // long-term key of Bedrock
	"aws-sts-key": shapeBedrockShort, // short-term key of Bedrock
	"url4":        signedURL("https://bucket.s3.amazonaws.com", "&"),
	"url4json":    signedURL("https://bucket.s3.amazonaws.com", `\u0026`),
	"url4html":    signedURL("https://bucket.s3.amazonaws.com", "&amp;"),
	"path4":       signedURL("", "&"),
	"url2":        signedURLV2,
	"appsync":     shapeAppSync,
	"mws":         func(r *rand.Rand, _ string) string { return "amzn." + "mws." + example.Shapes["uuid"](r, "") },
	"lwa": func(r *rand.Rand, _ string) string {
		return "amzn1." + "oa2-cs.v1." + example.Chars(r, example.Hex, 64)
	},
	"b64-aws-id": encoded(shapeID, base64.StdEncoding),
	"b64-secret": encoded(shapeSecret, base64.StdEncoding),
}

func shapeID(r *rand.Rand, prefix string) string {
	return shapeIDOf(r, prefix, 100_000_000_000+r.Uint64N(899_999_999_999))
}

func shapeIDOf(r *rand.Rand, prefix string, account uint64) string {
	// One bit of the generation, forty of the account, nine of those behind it.
	bits := (1<<40|account)<<9 | r.Uint64N(1<<9)
	head := make([]byte, 10)
	for i := range head {
		head[i] = example.Base32[bits>>(45-5*i)&31]
	}
	return prefix + string(head) + shapeTail(r, prefix)
}

func shapeTail(r *rand.Rand, prefix string) string {
	tail := 6
	if prefix != "AKIA" && prefix != "ASIA" && prefix != "ABIA" {
		tail = 7
	}
	return example.Chars(r, "234567", 1) + example.Chars(r, example.Base32, tail-1)
}

func shapeOldID(r *rand.Rand, prefix string) string {
	return prefix + example.Chars(r, "IJ", 1) + example.Chars(r, example.Base32, 9) + shapeTail(r, prefix)
}

func shapeBadID(r *rand.Rand, prefix string) string {
	return shapeIDOf(r, prefix, 1<<40-1-r.Uint64N(90_000_000_000))
}

func shapeSecret(r *rand.Rand, _ string) string { return shapeOpaque(r, strconv.Itoa(secretLen)) }

func shapeOpaque(r *rand.Rand, length string) string {
	n, err := strconv.Atoi(length)
	if err != nil {
		panic(fmt.Sprintf("awskey: %q is not a length", length))
	}
	for {
		v := example.Chars(r, example.Base64, n)
		// Stricter than chance: see TestRandomSecretsAreFound for what the
		// tests of randomness cost.
		if mixed(v) && kindChanges(v) >= n/2 && placeholder.Distinct(v) >= min(23, n*2/3) && !placeholder.Random(v) && notation.IsAlnum(v[0]) {
			return v
		}
	}
}

func shapeToken(r *rand.Rand, make string) string {
	first := "\x0a\x09origin_ec"
	if make == "old" {
		first = "\x0a\x03aws"
	}
	body := []byte(string(rune('!')) + first)
	for len(body) < 240 {
		body = append(body, byte(r.UintN(256)))
	}
	return base64.StdEncoding.EncodeToString(body)
}

// signedURL makes a URL with a signature of version 4, its parameters joined by
// and.
func signedURL(host, and string) example.Shape {
	return func(r *rand.Rand, _ string) string {
		return host + "/path/object.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" + and + "X-Amz-Credential=" + shapeID(r, "ASIA") +
			"%2F20240501%2Fus-east-1%2Fs3%2Faws4_request" + and + "X-Amz-Date=20240501T101112Z" + and + "X-Amz-Expires=900" + and +
			"X-Amz-SignedHeaders=host" + and + "X-Amz-Security-Token=" + url.QueryEscape(shapeToken(r, "")) + and +
			"X-Amz-Signature=" + example.Chars(r, example.Hex, 64)
	}
}

func signedURLV2(r *rand.Rand, _ string) string {
	signature := make([]byte, 20)
	for i := range signature {
		signature[i] = byte(r.UintN(256))
	}
	return "https://bucket.s3.amazonaws.com/path?AWSAccessKeyId=" + shapeID(r, "AKIA") + "&Expires=1893456000&Signature=" +
		url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
}

func shapeAppSync(r *rand.Rand, _ string) string {
	return "da" + "2-" + example.Chars(r, "234567", 2) + example.Chars(r, "abcdefghijklm234567", 10) + example.Chars(r, "nopqrstuvwxyz", 14)
}

func shapeBedrock(r *rand.Rand, _ string) string {
	user := fmt.Sprintf("BedrockAPIKey-%s-at-%d:", example.Chars(r, example.Lower, 4), 100_000_000_000+r.Uint64N(899_999_999_999))
	return "AB" + "SK" + base64.StdEncoding.EncodeToString([]byte(user+example.Chars(r, example.Base64, 52)))
}

func shapeBedrockShort(r *rand.Rand, _ string) string {
	u := "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" +
		shapeID(r, "ASIA") + "%2F20250711%2Fus-east-1%2Fbedrock%2Faws4_request&X-Amz-Date=20250711T101010Z&X-Amz-Expires=43200" +
		"&X-Amz-Signature=" + example.Chars(r, example.Hex, 64) + "&X-Amz-SignedHeaders=host&Version=1"
	return "bedrock-api-" + "key-" + base64.StdEncoding.EncodeToString([]byte(u))
}

func encoded(of example.Shape, enc *base64.Encoding) example.Shape {
	return func(r *rand.Rand, arg string) string { return enc.EncodeToString([]byte(of(r, arg))) }
}
