package credential_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/credential"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

// shapes makes passwords as password managers do: letters of both cases and digits.
var shapes = map[string]example.Shape{
	"mixed": func(r *rand.Rand, length string) string {
		n, err := strconv.Atoi(length)
		if err != nil {
			panic(err)
		}
		for {
			v := "x" + example.Chars(r, example.Digits, 1) + example.Chars(r, example.Base62, n-4) + "Q" + example.Chars(r, example.Digits, 1)
			if changes := turns(v); changes*3 >= n+2 && distinct(v)*2 > n {
				return v
			}
		}
	},
}

func turns(v string) int {
	n := 0
	sort := func(c byte) int {
		switch {
		case c <= '9':
			return 0
		case c <= 'Z':
			return 1
		}
		return 2
	}
	for i := 1; i < len(v); i++ {
		if a, b := sort(v[i-1]), sort(v[i]); a != b && !(a == 1 && b == 2) {
			n++
		}
	}
	return n
}

func distinct(v string) int {
	seen := map[rune]bool{}
	for _, c := range v {
		seen[c] = true
	}
	return len(seen)
}

func TestAccept(t *testing.T) { detecttest.Accept(t, credential.New(), shapes) }

func TestQuality(t *testing.T) {
	quality.Check(t, "credential", quality.Aim{Precision: 0.97, Recall: 0.9}, quality.Corpus{Set: detect.NewSet(credential.New()), Shape: shapes})
}

func FuzzDetect(f *testing.F) { detecttest.Fuzz(f, shapes, nil, credential.New()) }
