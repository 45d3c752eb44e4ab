// Package bytesize reads and writes numbers of bytes as people do: 500M, 2GiB. K, M, G
// and T are powers of 1024, as in the tools around us.
package bytesize

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

var units = []struct {
	name  string
	bytes int64
}{{"T", 1 << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}}

// Parse returns the number of bytes that a text says.
func Parse(text string) (int64, error) {
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
		return n * u.bytes, nil
	}
	return 0, fmt.Errorf("%q is no size: want a number of bytes, with K, M, G or T behind it", text)
}

// Format returns the shortest text that says a number of bytes exactly.
func Format(n int64) string {
	for _, u := range units {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return "0"
}
