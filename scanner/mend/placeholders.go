package mend

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Placeholders say what takes the place of which account: one placeholder for one value, in
// files and in history, in one run and the next.
type Placeholders map[string]string // by value

// NewPlaceholders chooses for the accounts among findings, whose values must be known. Which
// one is chosen follows from the fingerprint, so that it does not depend on what else was
// found, unless two want the same one. inUse reports which ones stand for something already.
func NewPlaceholders(findings []*finding.Finding, inUse func(id string) bool) (Placeholders, error) {
	accounts := slices.DeleteFunc(slices.Clone(findings), func(f *finding.Finding) bool { return f.Rule.Kind != finding.AccountID })
	slices.SortFunc(accounts, func(a, b *finding.Finding) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
	all, taken := pool(), map[string]bool{}
	chosen := Placeholders{}
	for _, f := range accounts {
		value := f.Secret.Reveal()
		if chosen[value] != "" {
			continue
		}
		start := seed(f.Fingerprint) % len(all)
		for i := range all {
			id := all[(start+i)%len(all)]
			if !taken[id] && !inUse(id) {
				chosen[value], taken[id] = id, true
				break
			}
		}
		if chosen[value] == "" {
			return nil, fmt.Errorf("more than %d accounts: there are no more placeholders", len(taken))
		}
	}
	return chosen, nil
}

// seed is a number that a fingerprint gives.
func seed(fingerprint string) int {
	n, err := strconv.ParseUint(fingerprint[:min(len(fingerprint), 8)], 16, 32)
	if err != nil {
		return 0 // no fingerprint of ours
	}
	return int(n)
}

// pool lists the placeholders: three digits, each four times, as in AWS's own documentation
// (111122223333), then four digits, each three times. They are not accounts that AWS uses
// there in any other sense than this, and every scanner knows them for what they are.
var pool = sync.OnceValue(func() []string {
	var ids []string
	for _, size := range []int{4, 3} {
		ids = blocks(ids, "", size)
	}
	return ids
})

// blocks appends the ways to go on with different digits, each size times.
func blocks(ids []string, head string, size int) []string {
	if len(head) == 12 {
		return append(ids, head)
	}
	for d := byte('1'); d <= '9'; d++ {
		if len(head) >= size && head[len(head)-1] == d || len(head) > size && head[0] == d {
			continue
		}
		next := []byte(head)
		for range size {
			next = append(next, d)
		}
		ids = blocks(ids, string(next), size)
	}
	return ids
}
