package placeholder

import "strings"

// heads begin placeholders that no rule recognises by its form: the digits of pi and e.
var heads = [...]string{"31415926", "27182818"}

// Account reports whether twelve digits are a placeholder as documentation and tests use it:
// they follow a pattern that one in some thousand random numbers has at most. Such are
// 123456789012, 111122223333, 444455556666 (AWS's own,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html), 012345678910,
// 123456789101, 000000000000 (LocalStack, https://docs.localstack.cloud/references/credentials/),
// 112233445566 and 123412341234.
func Account(id string) bool {
	for _, r := range accountRules {
		if r(id) {
			return true
		}
	}
	for _, h := range heads {
		if strings.HasPrefix(id, h) {
			return true
		}
	}
	return false
}

var accountRules = []func(string) bool{countsOn, pairsUp, repeatsAll, repeatsWithin, repeatsFirst, fewDigits, endsInZeros, everySecondSame, blocks, creeps, keys}

// longestCount is how many digits in a row may count up or down by chance: six
// do in one of 7,000 random numbers.
const longestCount = 6

// countsOn holds for digits of which at least six in a row count up or down.
func countsOn(id string) bool {
	up, down := 1, 1
	for i := 1; i < len(id); i++ {
		up, down = up+1, down+1
		if (id[i]-'0'+10-(id[i-1]-'0'))%10 != 1 {
			up = 1
		}
		if (id[i-1]-'0'+10-(id[i]-'0'))%10 != 1 {
			down = 1
		}
		if up >= longestCount || down >= longestCount {
			return true
		}
	}
	return false
}

// pairsUp holds where no digit stands without its like next to it: 112233445566.
func pairsUp(id string) bool {
	for i := range len(id) {
		left := i > 0 && id[i-1] == id[i]
		right := i+1 < len(id) && id[i+1] == id[i]
		if !left && !right {
			return false
		}
	}
	return true
}

// repeatsAll holds for a period of up to seven digits: 123123123123, 567531256753.
func repeatsAll(id string) bool {
	for period := 1; period <= min(7, len(id)/2+1); period++ {
		if strings.HasPrefix(id, id[period:]) {
			return true
		}
	}
	return false
}

// repeatsWithin holds where eight digits in a row have a period of one or two,
// or nine one of three: 271212121293, 000123123123.
func repeatsWithin(id string) bool {
	for period := 1; period <= 3; period++ {
		need, run := max(8, 3*period)-period, 0
		for i := period; i < len(id); i++ {
			if run++; id[i] != id[i-period] {
				run = 0
			}
			if run >= need {
				return true
			}
		}
	}
	return false
}

// repeatsFirst holds where the first digits are a piece twice and more, and only the tail was
// changed: 123412345678, 787878134925. Four digits that repeat others are so by chance once in
// 10,000 numbers.
func repeatsFirst(id string) bool {
	period, n := repeated([]byte(id), len(id)/2)
	return n >= 5 || n == 4 && period > 1
}

// creeps holds where a finger went along the row of digits: all steps from digit to digit
// but one are to the same or the next one. One random number in 40,000 does.
func creeps(id string) bool {
	far := 0
	for i := 1; i < len(id); i++ {
		if step := int(id[i]) - int(id[i-1]); step < -1 || step > 1 {
			far++
		}
	}
	return far <= 1
}

// keys holds where a finger went over the block of digits of a keyboard: 789456123012,
// 147258369.
func keys(id string) bool {
	const triples = " 123 456 789 147 258 369 321 654 987 741 852 963 159 357 951 753 "
	all := true
	for at := 0; at+3 <= len(id) && all; at += 3 {
		all = strings.Contains(triples, " "+id[at:at+3]+" ") || at+3 == len(id)
	}
	return all && len(id) >= 9
}

// blocks holds where the digits fall into groups of three or four of which each
// repeats one digit or counts by one: 987600001234, 345666123999.
func blocks(id string) bool {
	for _, size := range [...]int{3, 4} {
		all := len(id)%size == 0
		for at := 0; at < len(id) && all; at += size {
			all = evenSteps(id[at : at+size])
		}
		if all {
			return true
		}
	}
	return false
}

// evenSteps reports whether the digits are all the same or count up or down by one.
func evenSteps(digits string) bool {
	step := int(digits[1]) - int(digits[0])
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(digits); i++ {
		if int(digits[i])-int(digits[i-1]) != step {
			return false
		}
	}
	return true
}

// fewDigits holds for up to three different digits: 111111111112.
func fewDigits(id string) bool { return Distinct(id) <= 3 }

// endsInZeros holds for round numbers and for small ones filled up.
func endsInZeros(id string) bool {
	const zeros = "000000"
	return strings.HasPrefix(id, zeros) || strings.HasSuffix(id, zeros)
}

// everySecondSame holds for 102030405060.
func everySecondSame(id string) bool {
	for _, from := range [...]int{0, 1} {
		same := true
		for i := from; i+2 < len(id) && same; i += 2 {
			same = id[i] == id[i+2]
		}
		if same {
			return true
		}
	}
	return false
}

// Number reports whether digits were typed and not given out: they count up or
// down for seven digits or all, or in two thirds of their steps (456123789012),
// use hardly any different digits, or are one piece again and again. Of random
// numbers of ten digits, one in a thousand is.
func Number[T ~string | ~[]byte](digits T) bool {
	run, up, down := 1, 0, 0
	for i := 1; i < len(digits); i++ {
		switch (digits[i] - digits[i-1] + 10) % 10 {
		case 1:
			up++
		case 9:
			down++
		default:
			run = 1
			continue
		}
		if run++; run >= min(7, len(digits)) {
			return true
		}
	}
	if counted := max(up, down); len(digits) >= 8 && 3*counted >= 2*(len(digits)-1) {
		return true
	}
	period, n := repeated([]byte(digits), len(digits)/2)
	return Distinct(digits) <= 2 || len(digits) >= 10 && Distinct(digits) == 3 || n >= 5 || n > 0 && n == len(digits)-period
}
