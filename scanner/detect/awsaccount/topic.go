package awsaccount

import (
	"math/bits"
	"sync"

	"github.com/deputy-sec/deputy/internal/literal"
)

// topic is what a text speaks of.
type topic int

const (
	aws topic = iota
	otherCloud
	money
	accounts
	topics
)

// topicMarks are the words that show a topic, in any case. One that ends in a
// dash is the prefix of a resource's ID and needs its hexadecimal digits.
var topicMarks = [topics][]string{
	aws: {"aws", "arn:", "amazon", "iam:", "dkr.ecr", "boto3", "ami-", "sg-", "vpc-", "subnet-", "eni-", "snap-", "vol-"},
	otherCloud: {
		"tencent", "qcloud", "qcs::", "aliyun", "alibaba", "googleapis", "gserviceaccount", "gcloud", "appspot.com", "projectnumber",
		"windows.net", "microsoft.",
	},
	money: {
		"currency", "amount", "balance", "iban", "routing", "ifsc", "swift", "bank", "debit", "credit", "payment", "payee", "beneficiary",
		"deposit", "transfer", "invoice", "withdraw", "loan", "ledger",
	},
	accounts: {"account", "acct"},
}

// topicMatcher finds all marks in one pass.
var topicMatcher = sync.OnceValue(func() *literal.Matcher {
	var all []literal.Literal
	for _, marks := range topicMarks {
		for _, m := range marks {
			all = append(all, literal.Literal{Text: m, Fold: true})
		}
	}
	return literal.New(all)
})

// talk is how much a text speaks of each topic.
type talk struct {
	aws        int // marks of AWS, and one for a region
	otherCloud bool
	money      int // different marks of money
	accounts   bool
}

// listen reads the topics of the texts.
func listen(texts ...[]byte) talk {
	var (
		t    talk
		seen [topics]uint64 // marks, as bits
	)
	for _, text := range texts {
		topicMatcher().Each(text, 0, len(text), func(id, start, end int) {
			of, mark := markOf(id)
			if of != aws {
				seen[of] |= 1 << mark
			} else if speaksOfAWS(text, start, end) {
				t.aws++
			}
		})
	}
	for _, text := range texts {
		if t.aws == 0 && hasRegion(text) {
			t.aws++
		}
	}
	t.otherCloud, t.accounts = seen[otherCloud] != 0, seen[accounts] != 0
	t.money = bits.OnesCount64(seen[money])
	return t
}

// markOf returns the topic of a literal and its place among the topic's marks.
func markOf(id int) (topic, int) {
	for of, marks := range topicMarks {
		if id < len(marks) {
			return topic(of), id
		}
		id -= len(marks)
	}
	return topics, 0
}

// speaksOfAWS rules out the aws of draws and laws, and the dash of a word.
func speaksOfAWS(text []byte, start, end int) bool {
	if start > 0 && isLetter(text[start-1]) && !isUpper(text[start]) {
		return false
	}
	return text[end-1] != '-' || end+1 < len(text) && isHex(text[end]) && isHex(text[end+1])
}
