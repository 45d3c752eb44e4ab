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
	aws        int  // marks of AWS
	region     bool // a region of AWS is named; known only where no mark is
	otherCloud bool
	accounts   bool
	money      uint64 // marks of money, as bits
}

// listen reads the topics of a text.
func listen(text []byte) talk {
	var t talk
	if len(text) == 0 {
		return t
	}
	topicMatcher().Each(text, 0, len(text), func(id, start, end int) {
		switch of, mark := markOf(id); of {
		case aws:
			if speaksOfAWS(text, start, end) {
				t.aws++
			}
		case otherCloud:
			t.otherCloud = true
		case money:
			t.money |= 1 << mark
		case accounts:
			t.accounts = true
		}
	})
	t.region = t.aws == 0 && hasRegion(text)
	return t
}

// and adds what another text speaks of.
func (t *talk) and(other talk) {
	t.aws += other.aws
	t.region = t.region || other.region
	t.otherCloud = t.otherCloud || other.otherCloud
	t.accounts = t.accounts || other.accounts
	t.money |= other.money
}

// ofAWS returns how many marks of AWS were heard; a region counts where there is
// none.
func (t *talk) ofAWS() int {
	if t.aws == 0 && t.region {
		return 1
	}
	return t.aws
}

// ofMoney returns how many different marks of money were heard.
func (t *talk) ofMoney() int { return bits.OnesCount64(t.money) }

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
