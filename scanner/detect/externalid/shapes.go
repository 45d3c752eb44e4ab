package externalid

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/deputy-sec/deputy/internal/strength"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// Shapes make the values that the examples of this package show.
var Shapes = map[string]example.Shape{
	"aws-random":   shapeRandom,  // «aws-random:24»: letters and digits in no order
	"company":      shapeCompany, // the name of a company and of an environment
	"company-role": func(r *rand.Rand, arg string) string { return shapeCompany(r, arg) + "-assume-role" },
	"alnum10":      func(r *rand.Rand, _ string) string { return example.Chars(r, example.Lower+example.Digits, 10) },
	"weak-number":  shapeWeakNumber, // five digits that neither count nor repeat
}

func shapeRandom(r *rand.Rand, length string) string {
	n, err := strconv.Atoi(length)
	if err != nil {
		panic(fmt.Sprintf("externalid: %q is not a length", length))
	}
	for {
		if v := example.Chars(r, example.Base62, n); strength.LooksRandom(v) {
			return v
		}
	}
}

func shapeWeakNumber(r *rand.Rand, _ string) string {
	return example.Chars(r, "89", 1) + example.Chars(r, "1234", 1) + example.Chars(r, "678", 1) + example.Chars(r, "234", 1) + example.Chars(r, "789", 1)
}

func shapeCompany(r *rand.Rand, _ string) string {
	return "q" + example.Chars(r, example.Lower, 8) + "-prod"
}
