package awsaccount

// A table from regions to accounts, a different one for each, is a service's: AWS and its
// partners keep an account for every region and publish them, so that policies can name
// them. A customer's accounts are for environments and teams, in all regions.

// How large a table must be: some accounts in it are known to be published, or it is of
// more regions than customers work in.
const (
	leastRegions   = 4
	leastUnknown   = 8 // regions, where no account is known
	maxRegionLines = 48
)

// ofService reports whether the digits stand in such a table.
func ofService(p *place) bool {
	if p.survey == nil || !hasRegion(tail(p.line, maxLine)) {
		return false
	}
	t := regionTable{map[string]bool{}, map[string]bool{}, false}
	t.take(tail(p.line, maxLine), p.value)
	for _, next := range []func(int) *part{p.up, p.down} {
		for i := range maxRegionLines {
			l := next(i)
			if l == nil || !t.takeLine(l.text) {
				break
			}
		}
	}
	return len(t.regions) >= leastRegions && len(t.accounts) >= leastRegions && (t.known || len(t.regions) >= leastUnknown)
}

type regionTable struct {
	regions, accounts map[string]bool
	known             bool // one of the accounts is published
}

// takeLine takes a line with a region and an account behind it; false if it is none.
func (t *regionTable) takeLine(line []byte) bool {
	line = head(line, maxLine)
	for i := 0; i < len(line); i++ {
		if !isDigit(line[i]) {
			continue
		}
		end := i
		for end < len(line) && isDigit(line[end]) {
			end++
		}
		if end-i == idDigits && alone(line, i, end) {
			return t.take(line[:i], string(line[i:end]))
		}
		i = end
	}
	return false
}

func (t *regionTable) take(before []byte, account string) bool {
	for i := range before {
		if i > 0 && isAlnum(before[i-1]) {
			continue
		}
		if n := regionLength(before[i:]); n > 0 {
			t.regions[string(before[i:i+n])] = true
			t.accounts[account] = true
			if _, ok := vendors()[account]; ok {
				t.known = true
			}
			return true
		}
	}
	return false
}
