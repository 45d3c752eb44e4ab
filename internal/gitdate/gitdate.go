// Package gitdate reads the dates that git's options take: absolute ones in the forms
// of git's date-formats, and what people write, such as "yesterday", "2 weeks ago",
// "last monday at noon". Git takes any text for a date and what it does not know for
// now; here that is an error, since a typing error would examine nothing.
//
// A day without a time begins at midnight, where git takes the time of the clock: who
// asks for what came since a day means all of it.
package gitdate

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Err is returned for what is no date.
var Err = errors.New("no date: write 2006-01-02, yesterday, 2 weeks ago or last monday")

// layouts are dates that are read as a whole. Their time is local unless they say
// otherwise.
var layouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05-0700", "2006-01-02T15:04Z07:00",
	"20060102T150405", "20060102T150405Z07:00",
}

// maxText bounds a date, in bytes.
const maxText = 200

// Parse reads a date as seen at the time now. "never" is the beginning of time.
func Parse(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxText {
		return time.Time{}, Err
	}
	for _, form := range layouts {
		if t, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return t, nil
		}
	}
	if t, ok := seconds(text); ok {
		return t, nil
	}
	r := reader{words: split(text), day: now, clock: noClock, zone: now.Location(), now: now}
	for r.at < len(r.words) {
		if !r.word() {
			return time.Time{}, Err
		}
	}
	return r.date()
}

// leastSeconds is from when on a bare number is seconds since 1970, as in git; shorter
// ones are days, years and the like.
const leastSeconds = 100_000_000

// seconds reads "1700000000" and "@1700000000", behind which an offset may stand.
func seconds(text string) (time.Time, bool) {
	digits, marked := strings.CutPrefix(text, "@")
	digits, zone, _ := strings.Cut(digits, " ")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > 1<<40 || !marked && n < leastSeconds {
		return time.Time{}, false
	}
	if _, ok := offset(zone); zone != "" && !ok {
		return time.Time{}, false
	}
	return time.Unix(n, 0), true
}

// split parts a text into words. Dots and underscores join words on a command line,
// "2.days.ago", but not the parts of "31.12.2025".
func split(text string) []string {
	var words []string
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" ,_\t", r) }) {
		if _, ok := numbered(word); ok {
			words = append(words, word)
			continue
		}
		words = append(words, strings.FieldsFunc(word, func(r rune) bool { return r == '.' })...)
	}
	return words
}

// noClock is the time of day while nothing has said one.
const noClock = -1

// reader goes through the words of a date.
type reader struct {
	words []string
	at    int
	now   time.Time
	zone  *time.Location
	day   time.Time // what the words so far lead to
	clock time.Duration
	dated bool // a day was said
	past  bool // an amount of time was said, so that the clock is that of the moment
	never bool
}

// readings are what words may be, tried in this order. Each passes what it took.
var readings = []func(*reader) bool{
	(*reader).filler, (*reader).named, (*reader).ago, (*reader).weekday, (*reader).calendar, (*reader).month, (*reader).timeOfDay, (*reader).offset,
}

func (r *reader) word() bool {
	for _, read := range readings {
		if read(r) {
			return true
		}
	}
	return false
}

// peek returns the n-th word from here on; "" behind the last.
func (r *reader) peek(n int) string {
	if r.at+n < len(r.words) {
		return r.words[r.at+n]
	}
	return ""
}

// fillers say nothing by themselves; the weekday of a date in full is one, too, but it
// is read as a day that the date then replaces.
var fillers = map[string]bool{"ago": true, "at": true, "on": true, "the": true, "and": true, "of": true, "-": true}

func (r *reader) filler() bool {
	if !fillers[r.peek(0)] || len(r.words) == 1 {
		return false
	}
	r.at++
	return true
}

// clocks are times of day that have a name.
var clocks = map[string]time.Duration{"midnight": 0, "noon": 12 * time.Hour, "tea": 17 * time.Hour}

func (r *reader) named() bool {
	switch word := r.peek(0); word {
	case "now":
		r.past = true
	case "today":
		r.dated = true
	case "yesterday":
		r.day, r.dated = r.day.AddDate(0, 0, -1), true
	case "never":
		r.never = true
	default:
		clock, ok := clocks[word]
		if !ok {
			return false
		}
		r.clock = clock
	}
	r.at++
	return true
}

// amounts are numbers in words.
var amounts = map[string]int{
	"a": 1, "an": 1, "last": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}

// units go back by so many of their kind.
var units = map[string]func(t time.Time, n int) time.Time{
	"second":    func(t time.Time, n int) time.Time { return t.Add(time.Duration(-n) * time.Second) },
	"minute":    func(t time.Time, n int) time.Time { return t.Add(time.Duration(-n) * time.Minute) },
	"hour":      func(t time.Time, n int) time.Time { return t.Add(time.Duration(-n) * time.Hour) },
	"day":       func(t time.Time, n int) time.Time { return t.AddDate(0, 0, -n) },
	"week":      func(t time.Time, n int) time.Time { return t.AddDate(0, 0, -7*n) },
	"fortnight": func(t time.Time, n int) time.Time { return t.AddDate(0, 0, -14*n) },
	"month":     func(t time.Time, n int) time.Time { return t.AddDate(0, -n, 0) },
	"year":      func(t time.Time, n int) time.Time { return t.AddDate(-n, 0, 0) },
}

// maxAmount keeps what is subtracted within a time.Duration.
const maxAmount = 1_000_000

// ago reads an amount of time, with or without the word.
func (r *reader) ago() bool {
	n, ok := amounts[r.peek(0)]
	if !ok {
		var err error
		if n, err = strconv.Atoi(r.peek(0)); err != nil || n < 0 || n > maxAmount {
			return false
		}
	}
	back := units[strings.TrimSuffix(r.peek(1), "s")]
	if back == nil {
		return false
	}
	r.day, r.past = back(r.day, n), true
	r.at += 2
	return true
}

// weekday goes back to the last day of that name, which is never today.
func (r *reader) weekday() bool {
	skip := 0
	if r.peek(0) == "last" {
		skip = 1
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if !shortened(r.peek(skip), strings.ToLower(day.String())) {
			continue
		}
		back := (int(r.day.Weekday()-day) + 7) % 7
		if back == 0 {
			back = 7
		}
		r.day, r.dated = r.day.AddDate(0, 0, -back), true
		r.at += skip + 1
		return true
	}
	return false
}

// shortened reports whether a word is a name or the first three or more letters of it.
func shortened(word, name string) bool { return len(word) >= 3 && strings.HasPrefix(name, word) }

// numbered reads a day that is written in numbers alone: year first, or by what parts
// it, as git does: 31.12.2025 and 12/31/2025.
func numbered(word string) (time.Time, bool) {
	for _, form := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "2.1.2006", "1/2/2006", "2-1-2006", "20060102"} {
		if t, err := time.Parse(form, word); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func (r *reader) calendar() bool {
	t, ok := numbered(r.peek(0))
	if !ok {
		return false
	}
	r.setDay(t.Year(), t.Month(), t.Day())
	r.at++
	return true
}

func (r *reader) setDay(year int, month time.Month, day int) {
	r.day, r.dated = time.Date(year, month, day, 0, 0, 0, 0, r.zone), true
}

// month reads "Jan 2", "2 January" and "2nd of Jan", each with or without a year.
func (r *reader) month() bool {
	first, skip := monthOf(r.peek(0)), 1
	day := r.peek(1)
	if first == 0 {
		day = r.peek(0)
		if r.peek(1) == "of" {
			skip = 2
		}
		first = monthOf(r.peek(skip))
	}
	n, err := strconv.Atoi(strings.TrimRight(day, "stndrh"))
	if first == 0 || err != nil || n < 1 || n > 31 {
		return false
	}
	r.at += skip + 1
	r.setDay(r.year(first, n), first, n)
	return true
}

func monthOf(word string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if shortened(word, strings.ToLower(m.String())) {
			return m
		}
	}
	return 0
}

// year takes the year that stands here, or behind the time as in "Jan 2 15:04:05 2006";
// else it is the last one in which that day is not to come.
func (r *reader) year(month time.Month, day int) int {
	for n := range 2 {
		if y, err := strconv.Atoi(r.peek(n)); err == nil && len(r.peek(n)) == 4 && y >= 1970 {
			r.words = append(r.words[:r.at+n:r.at+n], r.words[r.at+n+1:]...)
			return y
		}
	}
	year := r.now.Year()
	if time.Date(year, month, day, 0, 0, 0, 0, r.zone).After(r.now) {
		year--
	}
	return year
}

// timeOfDay reads "15:04", "15:04:05", "3pm", "3 pm" and "3:04 pm".
func (r *reader) timeOfDay() bool {
	word, took := r.peek(0), 1
	half := ""
	for _, suffix := range []string{"am", "pm"} {
		if rest, ok := strings.CutSuffix(word, suffix); ok && rest != "" {
			word, half = rest, suffix
		} else if r.peek(1) == suffix {
			half, took = suffix, 2
		}
	}
	clock, ok := clockOf(word, half)
	if !ok {
		return false
	}
	r.clock = clock
	r.at += took
	return true
}

func clockOf(word, half string) (time.Duration, bool) {
	forms := []string{"15:04", "15:04:05", "15:04:05.999999999"}
	if half != "" {
		word += half
		forms = []string{"3pm", "3:04pm", "3:04:05pm"}
	}
	for _, form := range forms {
		if t, err := time.Parse(form, word); err == nil {
			return t.Sub(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)), true
		}
	}
	return 0, false
}

// offset reads the time zone: "+0100", "-07:00", "Z" or "UTC".
func (r *reader) offset() bool {
	zone, ok := offset(r.peek(0))
	if !ok {
		return false
	}
	r.zone = zone
	r.at++
	return true
}

func offset(word string) (*time.Location, bool) {
	switch strings.ToLower(word) {
	case "z", "utc", "gmt":
		return time.UTC, true
	}
	for _, form := range []string{"-0700", "-07:00"} {
		if t, err := time.Parse(form, word); err == nil {
			_, seconds := t.Zone()
			return time.FixedZone(word, seconds), true
		}
	}
	return nil, false
}

// date puts together what the words said.
func (r *reader) date() (time.Time, error) {
	switch {
	case r.never:
		return time.Time{}, nil
	case r.clock == noClock && !r.dated && !r.past:
		return time.Time{}, Err // nothing but a zone
	case r.clock == noClock && !r.dated:
		return r.day, nil
	case r.clock == noClock:
		r.clock = 0
	}
	y, m, d := r.day.Date()
	t := time.Date(y, m, d, 0, 0, 0, 0, r.zone).Add(r.clock)
	if !r.dated && !r.past && t.After(r.now) {
		t = t.AddDate(0, 0, -1) // noon, in the morning, was yesterday
	}
	return t, nil
}
