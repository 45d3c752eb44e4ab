package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// size is a flag for a number of bytes: 500M, 2GiB. K, M and G are powers of
// 1024, as in the tools around us.
type size int64

var units = []struct {
	name  string
	bytes int64
}{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}}

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	digits := strings.TrimRight(text, "BbIi")
	for _, u := range units {
		number, ok := strings.CutSuffix(strings.ToUpper(digits), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/u.bytes {
			break
		}
		*s = size(n * u.bytes)
		return nil
	}
	return fmt.Errorf("%q is no size: want a number of bytes, with K, M or G behind it", text)
}

// String implements pflag.Value.
func (s *size) String() string {
	for _, u := range units {
		if n := int64(*s); n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return "0"
}

// Type implements pflag.Value.
func (s *size) Type() string { return "SIZE" }
