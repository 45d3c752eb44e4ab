package awsaccount

import (
	"bytes"
	"strings"
)

// meaning is what a word near the digits says about them.
type meaning int

const (
	neutral     meaning = iota
	account             // an account
	owner               // the account that owns or may use something in AWS
	registry            // a container registry, named by its account
	principal           // who is allowed
	amazon              // AWS, or one of its services
	environment         // dev, prod: what accounts are called after
	resource            // something in AWS that is named after its account
	measure             // a time, a count, an amount
	thing               // something else that has an ID
	identity            // a number of another kind, by its name
	elsewhere           // another provider or world that has accounts, too
)

// words is the vocabulary. A word that is not in it says nothing.
var words = vocabulary(map[meaning]string{
	account:  `acct accountno accountnum awsid awsacct landingzone callerid`,
	owner:    `owner ownerid owned payer linked`,
	registry: `registry registries registryid ecr`,
	principal: `principal trusted trust trustee grantee signed signin requester requestor grantor accepter whitelist whitelisted
		allowlist assume assumed delegated`,
	amazon: `aws amazon iam sts arn ou guardduty securityhub ami controltower sso`,
	environment: `dev devel development stage stg staging stag test testing tst qa uat preprod preproduction prod prd production sandbox
		sandboxes sbx audit security logging logs logarchive archive shared sharedservices management mgmt mgt master root
		nonprod nonproduction np infra infrastructure ops tooling tools identity dns network networking billing backup dr demo
		live integration perf playground egress ingress hub workload deployment platform canary beta gamma alpha preview`,
	resource: `bucket tfstate terraform terragrunt cloudformation stackset cloudtrail cloudwatch lambda dynamodb sqs sns kinesis eks
		ecs ec2 s3 redshift kms ssm secretsmanager route53 cloudfront elb elbv2 cdk boto3`,
	measure: `time timestamp ts date datetime created updated modified expires expiry expiration epoch millis milliseconds ms nanos
		nanoseconds micros microseconds seconds duration elapsed latency size bytes length len count total sum avg mean median
		max min maximum minimum limit offset amount price balance cost fee quantity qty population area width height weight x
		y z lat latitude lon lng longitude timeout ttl uptime memory capacity rate ratio percent percentage score port
		threshold interval sequence value_usd usd eur gdp`,
	thing: `order build version ver revision rev commit seed project appid tweet status post page article story comment photo
		video playlist album track message chat channel pixel campaign product item patient record parcel folder flight block
		address transaction txn ticket review device session request requestid resourceversion pid`,
	identity: `phone telephone tel mobile cell fax msisdn whatsapp sms imei imsi iccid serial barcode ean upc gtin isbn issn asin sku
		card cardno pan cvv ssn aadhaar aadhar passport nino siren siret abn vat tin inn gst cnpj cpf iban bic swift invoice
		tracking shipment receipt voucher coupon sha sha1 sha256 md5 crc checksum hash digest etag signature nonce uuid guid
		messaging gcm fcm isni orcid doi pmid wikidata geoid fips cusip isin lei mac zip zipcode postcode postal license
		licence vin plate`,
	elsewhere: `bank banking routing deposit checking savings ledger gl stripe facebook fb instagram adwords adsense twitter
		salesforce azure gcp gcloud firebase uin qcloud paypal wallet ethereum bitcoin alipay wechat tencent aliyun alibaba
		huawei yandex ibm oracle shopify hubspot newrelic braintree adyen plaid venmo ach payee payment google gmail`,
})

func vocabulary(lists map[meaning]string) map[string]meaning {
	m := map[string]meaning{}
	for kind := account; kind <= elsewhere; kind++ {
		for _, w := range bytes.Fields([]byte(lists[kind])) {
			m[string(w)] = kind
		}
	}
	return m
}

// wordLengths has, for each first byte of the vocabulary's words, their lengths as
// bits: most words of a text are in no vocabulary, and this says so at once.
var wordLengths = func() (lengths [256]uint32) {
	for w := range words {
		lengths[w[0]] |= 3 << len(w) // with an s behind it
	}
	return lengths
}()

func meaningOf(w string) meaning {
	if len(w) >= 32 || wordLengths[w[0]]>>len(w)&1 == 0 {
		return neutral
	}
	kind := words[w]
	if n := len(w) - 1; kind == neutral && w[n] == 's' {
		kind = words[w[:n]] // the plural of one
	}
	return kind
}

// ordinals follow "account" in the names of account IDs; alone they say nothing.
var ordinals = map[string]bool{"id": true, "ids": true, "identifier": true, "identifiers": true}

// numbers do the same for banks as for AWS.
var numbers = map[string]bool{"number": true, "numbers": true, "no": true, "num": true, "nr": true}

// containers follow "hash" in the names of types.
var containers = map[string]bool{"map": true, "set": true, "table": true}

// reading is what a phrase says.
type reading struct {
	kind   meaning // of the word nearest to the digits that means something
	id     bool    // an account's ID by name
	number bool    // an account's number by name
	amazon bool    // AWS is named, too
	other  bool    // another provider or world is named
	region bool
	apart  bool // the digits stand in a column beside that of accounts
	words  int  // in the phrase
}

// maxWords is how many words of a phrase count, from the one nearest to the
// digits.
const maxWords = 12

// readBack reads a phrase that stands before the digits: its last word is the
// nearest.
func readBack(phrase []byte) reading {
	var r reading
	r.region = hasRegion(phrase)
	list := split(phrase)
	r.words = len(list)
	for i := len(list) - 1; i >= max(0, len(list)-maxWords); i-- {
		if !qualifies(list, i) {
			r.word(list[i], list, i)
		}
	}
	return r
}

// qualifies reports whether the word at i is the name of an environment that only
// qualifies the word behind it: the network of networkInterfaceId.
func qualifies(list []string, i int) bool {
	if meaningOf(list[i]) != environment || i+1 == len(list) {
		return false
	}
	next := list[i+1]
	return meaningOf(next) == neutral && !ordinals[next] && !numbers[next] && !linking[next] && !isCompound(next)
}

// linking words may stand between a name and its digits.
var linking = map[string]bool{
	"is": true, "are": true, "was": true, "in": true, "the": true, "a": true, "to": true, "for": true, "of": true, "as": true, "and": true, "or": true,
	"at": true, "use": true, "env": true, "environment": true, "stage": true, "acc": true, "name": true, "value": true, "default": true,
}

// readOn reads a phrase that follows the digits: its first word is the nearest.
func readOn(phrase []byte) reading {
	var r reading
	r.region = hasRegion(phrase)
	list := split(phrase)
	for i := range min(maxWords, len(list)) {
		r.word(list[i], list, i)
	}
	return r
}

func (r *reading) word(w string, list []string, i int) {
	kind := meaningOf(w)
	next := ""
	if i+1 < len(list) {
		next = list[i+1]
	}
	if kind == neutral && (isCompound(w) || w == "acc" && ordinals[next]) {
		kind = account
	}
	switch {
	case kind == neutral, w == "hash" && containers[next]:
		return
	}
	switch kind {
	case amazon:
		r.amazon = true
	case elsewhere:
		r.other = true
	}
	if kind == elsewhere {
		return
	}
	if r.kind == neutral || r.kind == amazon && kind <= principal || r.kind == environment && kind == account {
		r.kind = kind
		if kind == account {
			r.id = ordinals[next] || strings.HasSuffix(w, "id") || strings.HasSuffix(w, "ids")
			r.number = numbers[next] || strings.HasPrefix(w, "accountn")
			r.amazon = r.amazon || strings.HasPrefix(w, "aws")
		}
	}
}

// compounds end words that were joined without a mark: snsaccountid.
var compounds = []string{"account", "accounts", "accountid", "accountids", "accountnumber", "acctid"}

func isCompound(w string) bool {
	for _, c := range compounds {
		if strings.HasSuffix(w, c) {
			return true
		}
	}
	return false
}

// longestPhrase bounds what split looks at, from the end nearest to the digits
// where the phrase is longer.
const longestPhrase = 240

// split cuts a phrase into lower-case words: at everything that is no letter or
// digit, and inside camelCase and ACRONYMWords. A plural acronym stays whole:
// accountIDs is account, ids; so does an ID like 8e3dfb.
func split(phrase []byte) []string {
	if len(phrase) > longestPhrase {
		phrase = phrase[len(phrase)-longestPhrase:]
	}
	list := make([]string, 0, maxWords)
	lower := lowered(phrase)
	for i := 0; i < len(phrase); {
		if !isAlnum(phrase[i]) {
			i++
			continue
		}
		n := wordEnd(phrase[i:])
		if !opaque(phrase[i : i+n]) {
			n = wordLength(phrase[i:])
		}
		list = append(list, lower[i:i+n])
		i += n
	}
	return list
}

// lowered returns text with the capitals of ASCII made small.
func lowered(text []byte) string {
	var b [longestPhrase]byte
	for i, c := range text {
		if isUpper(c) {
			c |= 0x20
		}
		b[i] = c
	}
	return string(b[:len(text)])
}

// opaque reports whether a run of letters and digits is an ID and no word: a lower
// case letter follows a digit in it.
func opaque(run []byte) bool {
	for i := 1; i < len(run); i++ {
		if isDigit(run[i-1]) && isLower(run[i]) {
			return true
		}
	}
	return false
}

// wordLength returns the length of the word that text begins with.
func wordLength(text []byte) int {
	i := 0
	for i < len(text) && isUpper(text[i]) {
		i++
	}
	if i > 1 {
		if i == len(text) || !isAlnum(text[i]) || isDigit(text[i]) {
			return digitsEnd(text, i)
		}
		if text[i] == 's' && (i+1 == len(text) || !isLower(text[i+1])) {
			return i + 1
		}
		return i - 1
	}
	for i < len(text) && isLower(text[i]) {
		i++
	}
	return digitsEnd(text, i)
}

// digitsEnd takes in digits that belong to a word: ec2, s3, sha256.
func digitsEnd(text []byte, i int) int {
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	return max(i, 1)
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
