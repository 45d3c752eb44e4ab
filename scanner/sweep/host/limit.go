package host

import (
	"net/http"
	"strconv"
	"time"
)

// rate is what a host says of the requests that a token has left.
type rate struct {
	known     bool
	remaining int64
	reset     time.Time // when there are more; zero if the host does not say
}

// rateOf reads the headers of an answer: X-RateLimit-* of GitHub
// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api), and
// RateLimit-* of GitLab
// (https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/).
func rateOf(h http.Header, now time.Time) rate {
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-"} {
		remaining, err := strconv.ParseInt(h.Get(prefix+"Remaining"), 10, 64)
		if err != nil || remaining < 0 {
			continue
		}
		return rate{known: true, remaining: remaining, reset: instant(h.Get(prefix+"Reset"), now)}
	}
	return rate{}
}

// retryAfter reads the header of that name (RFC 9110, 10.2.3): seconds or a date.
func retryAfter(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	text := h.Get("Retry-After")
	if text == "" {
		return 0, false
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(0, date.Sub(now)), true
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return 0, false
	}
	return secondsToDuration(seconds), true
}

// longest is more than any wait that is worth it, and is what hosts are held to whatever
// numbers they send.
const longest = 365 * 24 * time.Hour

func secondsToDuration(n int64) time.Duration {
	if n > int64(longest/time.Second) {
		return longest
	}
	return time.Duration(n) * time.Second
}

// smallestEpoch tells seconds since 1970, which GitHub and GitLab send, from seconds from
// now, which the IETF's draft has: the year 2001 and three years.
const smallestEpoch = 100_000_000

func instant(text string, now time.Time) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n < 0:
		return time.Time{}
	case n < smallestEpoch:
		return now.Add(secondsToDuration(n))
	}
	return now.Add(min(longest, secondsToDuration(max(0, n-now.Unix()))))
}
