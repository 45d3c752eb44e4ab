package awsaccount

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// maxRepeats bounds how many other places of the same digits are looked at.
const maxRepeats = 8

// confirmedNearby says whether the same twelve digits stand in the window in a
// notation that is decisive.
func confirmedNearby(w *detect.Window, c candidate) bool {
	value := []byte(c.value)
	for at, n := 0, 0; n < maxRepeats; n++ {
		i := bytes.Index(w.Text[at:], value)
		if i < 0 {
			return false
		}
		start := at + i
		at = start + len(value)
		if start == c.start || start > 0 && isDigit(w.Text[start-1]) || at < len(w.Text) && isDigit(w.Text[at]) {
			continue
		}
		other := placeOf(w, candidate{start: start, end: at, value: c.value}, nearBefore, nearAfter)
		if !disguised(other) && shapeOf(other).weight >= decisive {
			return true
		}
	}
	return false
}

// siblingLines is how many lines up and down are searched for more twelve-digit
// values.
const siblingLines = 4

// siblings counts the lines near by that hold twelve digits alone, too, and the
// other such groups in the digits' own line.
func siblings(p *place) int {
	n := min(2, groups(p.line)+groups(p.rest))
	up := p.before[:len(p.before)-len(p.line)]
	for i := 0; i < siblingLines && len(up) > 0; i++ {
		up = up[:len(up)-1]
		l := lastLine(up)
		up = up[:len(up)-len(l)]
		n += min(1, groups(l))
	}
	down := p.after[len(p.rest):]
	for i := 0; i < siblingLines && len(down) > 0; i++ {
		var l []byte
		down = down[1:] // the line break
		end := bytes.IndexByte(down, '\n')
		if end < 0 {
			end = len(down)
		}
		l, down = down[:end], down[end:]
		n += min(1, groups(l))
	}
	return n
}

// maxLine bounds how much of a line is searched for siblings and words.
const maxLine = 1 << 10

// groups counts the runs of exactly twelve digits in line that are part of no
// word, fraction or UUID.
func groups(line []byte) int {
	line = line[:min(len(line), maxLine)]
	n := 0
	for i := 0; i < len(line); {
		if !isDigit(line[i]) {
			i++
			continue
		}
		end := i
		for end < len(line) && isDigit(line[end]) {
			end++
		}
		if end-i == idDigits && alone(line, i, end) {
			n++
		}
		i = end
	}
	return n
}

func alone(line []byte, start, end int) bool {
	ok := func(c byte) bool { return !isAlnum(c) && c != '-' && c != '.' && c != '+' }
	return (start == 0 || ok(line[start-1])) && (end == len(line) || ok(line[end]))
}

// How far AWS is looked for around the digits, in lines and in bytes.
const (
	closeLines = 8
	wideBytes  = 2 << 10
)

// awsMarks speak of AWS. One that ends in a dash is the prefix of a resource's
// ID and needs its hexadecimal digits.
var awsMarks = [][]byte{
	[]byte("aws"), []byte("AWS"), []byte("Aws"), []byte("arn:"), []byte("amazon"), []byte("Amazon"), []byte("iam:"), []byte("dkr.ecr"), []byte("boto3"),
	[]byte("ami-"), []byte("sg-"), []byte("vpc-"), []byte("subnet-"), []byte("eni-"), []byte("snap-"), []byte("vol-"),
}

// awsWords counts what speaks of AWS in text, up to three.
func awsWords(text []byte) int {
	n := 0
	for _, mark := range awsMarks {
		for at := 0; n < 3; {
			i := bytes.Index(text[at:], mark)
			if i < 0 {
				break
			}
			start := at + i
			at = start + len(mark)
			if start > 0 && isLetter(text[start-1]) && !isUpper(mark[0]) {
				continue // draws, laws
			}
			if mark[len(mark)-1] != '-' || at+1 < len(text) && isHex(text[at]) && isHex(text[at+1]) {
				n++
			}
		}
	}
	if n < 3 && hasRegion(text) {
		n++
	}
	return n
}

// otherClouds speak of a cloud that has accounts or projects of its own.
var otherClouds = [][]byte{
	[]byte("tencent"), []byte("qcloud"), []byte("qcs::"), []byte("aliyun"), []byte("alibaba"), []byte("googleapis"), []byte("gserviceaccount"),
	[]byte("gcloud"), []byte("appspot.com"), []byte("projectNumber"), []byte("windows.net"), []byte("Microsoft."),
}

func otherCloudNamed(text []byte) bool {
	for _, m := range otherClouds {
		if bytes.Contains(text, m) {
			return true
		}
	}
	return false
}

var accountMarks = [][]byte{[]byte("ccount"), []byte("CCOUNT"), []byte("acct"), []byte("ACCT")}

func saysAccount(text []byte) bool {
	for _, m := range accountMarks {
		if bytes.Contains(text, m) {
			return true
		}
	}
	return false
}

// moneyMarks stand where accounts are those of a bank.
var moneyMarks = [][]byte{
	[]byte("currency"), []byte("amount"), []byte("balance"), []byte("iban"), []byte("routing"), []byte("ifsc"), []byte("swift"), []byte("bank"),
	[]byte("debit"), []byte("credit"), []byte("payment"), []byte("payee"), []byte("beneficiary"), []byte("deposit"), []byte("transfer"), []byte("invoice"),
	[]byte("withdraw"), []byte("loan"), []byte("ledger"),
}

// moneyWords counts the money marks that stand in any of the texts.
func moneyWords(texts ...[]byte) int {
	n := 0
	for _, m := range moneyMarks {
		for _, t := range texts {
			if containsFold(t, m) {
				n++
				break
			}
		}
	}
	return n
}

// containsFold finds a lower-case mark also where it is capitalised.
func containsFold(text, mark []byte) bool {
	if bytes.Contains(text, mark) {
		return true
	}
	capital := append([]byte{mark[0] &^ 0x20}, mark[1:]...)
	return bytes.Contains(text, capital)
}

// closeBy returns the lines around the digits, and wide what lies around those.
func closeBy(p *place) []byte {
	from := len(p.before)
	for range closeLines {
		if from = bytes.LastIndexByte(p.before[:from], '\n'); from < 0 {
			from = 0
			break
		}
	}
	return p.before[max(from, len(p.before)-wideBytes):]
}

func closeBehind(p *place) []byte {
	to := 0
	for range closeLines {
		i := bytes.IndexByte(p.after[to:], '\n')
		if i < 0 {
			return p.after[:min(len(p.after), wideBytes)]
		}
		to += i + 1
	}
	return p.after[:min(to, wideBytes)]
}
