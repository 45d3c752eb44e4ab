package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/deputy-sec/deputy/internal/bytesize"
)

// Duration is a time, as Go writes it, or in days, weeks or years: 90s, 24h, 30d, 2w, 1y.
type Duration time.Duration

// longer are the units that Go has not: a year is 365 days.
var longer = map[byte]time.Duration{'d': 24 * time.Hour, 'w': 7 * 24 * time.Hour, 'y': 365 * 24 * time.Hour}

// ParseDuration returns the time that a text says.
func ParseDuration(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	if text != "" {
		if unit, ok := longer[text[len(text)-1]]; ok {
			n, err := strconv.ParseInt(text[:len(text)-1], 10, 32)
			if err == nil && n >= 0 && time.Duration(n) < time.Duration(1<<63-1)/unit {
				return time.Duration(n) * unit, nil
			}
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration: want a number with s, m, h, d, w or y behind it", text)
	}
	return d, nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// MarshalText implements [encoding.TextMarshaler].
func (d Duration) MarshalText() ([]byte, error) {
	for _, unit := range []byte{'y', 'w', 'd'} {
		if v := time.Duration(d); v > 0 && v%longer[unit] == 0 {
			return fmt.Appendf(nil, "%d%c", v/longer[unit], unit), nil
		}
	}
	return []byte(time.Duration(d).String()), nil
}

// JSONSchema says what it is in the file.
func (Duration) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^(\d+[dwy]|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+)$`, Examples: []any{"24h", "30d", "1y"}}
}

// Size is a number of bytes: 500M, 2G.
type Size int64

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Size) UnmarshalText(text []byte) error {
	n, err := bytesize.Parse(string(text))
	*s = Size(n)
	return err
}

// MarshalText implements [encoding.TextMarshaler].
func (s Size) MarshalText() ([]byte, error) { return []byte(bytesize.Format(int64(s))), nil }

// JSONSchema says what it is in the file.
func (Size) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^\d+([KMGTkmgt]i?)?[Bb]?$`, Examples: []any{"500M", "2G"}}
}
