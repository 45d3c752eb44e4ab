package awsaccount

import (
	"math/bits"
	"strconv"
)

// sizeWeight says how much the digits look like a computed number: a size in
// binary units, a round sum, or whole days in seconds. One random number in
// 40,000 does.
func sizeWeight(id string) float64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	switch {
	case n%(1<<20) == 0:
		return -4
	case n%100_000 == 0, n%86_400 == 0:
		return -2
	case bits.OnesCount64(uint64(n)) == 1, bits.OnesCount64(uint64(n)+1) == 1:
		return -4
	}
	return 0
}

// stampLayout is an order of two-digit fields in a date of twelve digits.
type stampLayout struct {
	weight                           float64
	century                          bool // the year has four digits
	year, month, day, hour, min, sec int  // where each field begins, -1 if absent
}

// stampLayouts weigh more the rarer a random number fits: 202312312359 is fitted by one
// number in 40,000, 231231235959 by one in 1,500.
var stampLayouts = []stampLayout{
	{wholeStamp, true, 0, 4, 6, 8, 10, -1}, // 202312312359
	{-2.5, true, 4, 2, 0, 8, 10, -1},       // 311220232359
	{-2.5, true, 4, 0, 2, 8, 10, -1},       // 123120232359
	{-0.8, false, 0, 2, 4, 6, 8, 10},       // 231231235959
}

// wholeStamp is the weight of a date that is written from the year down.
const wholeStamp = -4

// stampWeight says how much the digits look like a date and time: 0 if they are
// none.
func stampWeight(id string) float64 {
	for _, l := range stampLayouts {
		if !l.fits(id) {
			continue
		}
		if sharp := id[len(id)-4:]; !l.century && (sharp == "0000" || sharp == "5959") {
			return sharpStamp
		}
		return l.weight
	}
	return 0
}

// sharpStamp is the weight of a date on the hour, or a second before it: the begin and the
// end of a period.
const sharpStamp = -2.5

func (l stampLayout) fits(id string) bool {
	in := func(at, low, high int) bool {
		if at < 0 {
			return true
		}
		n, _ := strconv.Atoi(id[at : at+2])
		return low <= n && n <= high
	}
	if l.century {
		n, _ := strconv.Atoi(id[l.year : l.year+4])
		if n < 1970 || n > 2039 {
			return false
		}
	} else if !in(l.year, 5, 39) {
		return false
	}
	return in(l.month, 1, 12) && in(l.day, 1, 31) && in(l.hour, 0, 23) && in(l.min, 0, 59) && in(l.sec, 0, 59)
}
