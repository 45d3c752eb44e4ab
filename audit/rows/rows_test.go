package rows_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"github.com/deputy-sec/deputy/audit/rows"
)

var columns = []rows.Column{{Name: "account_id"}, {Name: "external_id", Required: true}}

// read returns the rows of a text as number:account|external, and what was wrong with others.
func read(t testing.TB, text string, columns []rows.Column) (got, bad []string, err error) {
	t.Helper()
	r, err := rows.Open(strings.NewReader(text), columns)
	if err != nil {
		return nil, nil, err
	}
	var row rows.Row
	for {
		err := r.Next(&row)
		var m *rows.Malformed
		switch {
		case errors.Is(err, io.EOF):
			return got, bad, nil
		case errors.As(err, &m):
			bad = append(bad, m.Error())
			continue
		case err != nil:
			return got, bad, err
		}
		got = append(got, fmt.Sprintf("%d:%s|%s", row.Number, row.Values[0], row.Values[1]))
	}
}

func TestOneTableInManySpellings(t *testing.T) {
	want := []string{"2:a|x", "3:b|y"}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("account_id\texternal_id\nа\tx\n")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"commas":            "account_id,external_id\na,x\nb,y\n",
		"no last line end":  "account_id,external_id\na,x\nb,y",
		"of windows":        "\ufeffaccount_id,external_id\r\na,x\r\nb,y\r\n",
		"semicolons":        "account_id;external_id\na;x\nb;y\n",
		"tabs":              "account_id\texternal_id\na\tx\nb\ty\n",
		"quotes":            "\"account_id\",\"external_id\"\n\"a\",\"x\"\nb,\"y\"\n",
		"names of a person": "External ID,Account ID\nx,a\ny,b\n",
		"more columns":      "n,externalId,m,AccountId\n1,x,2,a\n1,y,2,b\n",
	} {
		got, bad, err := read(t, text, columns)
		require.NoError(t, err, name)
		assert.Empty(t, bad, name)
		assert.Equal(t, want, got, name)
	}
	got, _, err := read(t, utf16, columns)
	require.NoError(t, err)
	assert.Equal(t, []string{"2:а|x"}, got)
}

func TestJSONLines(t *testing.T) {
	for name, text := range map[string]string{
		"lines":   `{"account_id": 12, "external_id": "x"}` + "\n" + `{"external_id":"y","more":{"external_id":["z"]},"account_id":null}` + "\n",
		"escapes": `{"\u0061ccountId": 12, "external_id": "\u0078"}` + "\n\n" + `{"external_id":"y"}`,
		"array":   "[{\"account_id\": 12, \"external_id\": \"x\"},\n{\"external_id\": \"y\"}]\n",
	} {
		got, bad, err := read(t, text, columns)
		require.NoError(t, err, name)
		assert.Empty(t, bad, name)
		for i := range got {
			_, got[i], _ = strings.Cut(got[i], ":")
		}
		assert.Equal(t, []string{"12|x", "|y"}, got, name)
	}
}

func TestWhatIsMalformedIsNamedByItsLineAlone(t *testing.T) {
	got, bad, err := read(t, "account_id,external_id\na,x\nonly-secret\nb,y,more-secret\n\nc,\"z\nz\"\nd,w\n", columns)
	require.NoError(t, err)
	assert.Equal(t, []string{"2:a|x", "6:c|z\nz", "8:d|w"}, got)
	assert.Equal(t, []string{
		"line 3: it has another number of fields than the header",
		"line 4: it has another number of fields than the header",
	}, bad)

	_, bad, err = read(t, "account_id,external_id\na,\"never-closed-secret\nb,y\n", columns)
	require.NoError(t, err)
	assert.Equal(t, []string{"lines 2 to 3: a quotation mark that nothing closes"}, bad)

	_, bad, err = read(t, "{\"external_id\": \"x\"}\n{\"external_id\": secret}\n{\"external_id\": \"secret}\n", columns)
	require.NoError(t, err)
	assert.Equal(t, []string{"line 2: it is no JSON object", "line 3: it is no JSON object"}, bad)
}

// A file without a header begins with values.
func TestAMissingHeaderIsNotRepeated(t *testing.T) {
	_, _, err := read(t, "123456789012,very-secret\n", columns)
	require.ErrorContains(t, err, "there is no column external_id")
	assert.NotContains(t, err.Error(), "secret")
}

func TestColumnsUnderOtherNames(t *testing.T) {
	named, err := rows.Named(columns, []string{"external_id=ext", "account_id=acct"})
	require.NoError(t, err)
	got, _, err := read(t, "acct,external_id,ext\na,no,x\n", named)
	require.NoError(t, err)
	assert.Equal(t, []string{"2:a|x"}, got)
	_, err = rows.Named(columns, []string{"nothing"})
	require.Error(t, err)
	_, err = rows.Named(columns, []string{"other=x"})
	require.Error(t, err)
}

func TestALineOfAnyLengthIsOneMalformedRow(t *testing.T) {
	got, bad, err := read(t, "account_id,external_id\na,x\nb,"+strings.Repeat("y", 3<<20)+"\nc,z\n", columns)
	require.NoError(t, err)
	assert.Equal(t, []string{"2:a|x", "4:c|z"}, got)
	assert.Len(t, bad, 1)
}

// What encoding/csv reads as a table of two columns is read as the same rows.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\nc,d\n", "\"a\",\"b\"\"c\"\n", "\"a\nb\",c\r\n", "a,\"b", "\xff\xfe,a\n", "a;b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		text := "account_id,external_id\n" + body
		got, _, err := read(t, text, columns)
		if err != nil {
			return
		}
		want := csv.NewReader(strings.NewReader(text))
		records, err := want.ReadAll()
		if err != nil || strings.Contains(body, "\r") {
			return
		}
		for i := range got {
			_, got[i], _ = strings.Cut(got[i], ":")
		}
		var wanted []string
		for _, r := range records[1:] {
			wanted = append(wanted, r[0]+"|"+r[1])
		}
		if !assert.ObjectsAreEqual(wanted, got) {
			t.Errorf("got %q, want %q", got, wanted)
		}
	})
}

// What encoding/json takes for an object is read with the same values.
func FuzzJSONLine(f *testing.F) {
	for _, s := range []string{`{"external_id":"x"}`, `{"external_id":"\u00e9\"","a":[1,{"b":null}]}`, `{`, `{"external_id":1.5e3}`, `{"external_id":{}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\r") || !strings.HasPrefix(line, "{") {
			return
		}
		var want map[string]any
		decoder := json.NewDecoder(bytes.NewReader([]byte(line)))
		decoder.UseNumber()
		if !json.Valid([]byte(line)) || decoder.Decode(&want) != nil || strings.Contains(strings.ToLower(line), `\ud`) || !utf8.ValidString(line) ||
			strings.Count(line, "[")+strings.Count(line, "{") > 50 {
			return
		}
		for name := range want {
			plain := strings.Map(func(r rune) rune {
				if r|0x20 >= 'a' && r|0x20 <= 'z' {
					return r | 0x20
				}
				return -1
			}, name)
			if name != "external_id" && plain == "externalid" || strings.Count(line, "external_id") > 1 {
				return // several names for one column
			}
		}
		got, bad, err := read(t, line, columns)
		if err != nil || len(bad) > 0 {
			t.Fatalf("valid, but %q, %v", bad, err)
		}
		value := ""
		switch v := want["external_id"].(type) {
		case string:
			value = v
		case json.Number:
			value = v.String()
		case bool:
			value = fmt.Sprint(v)
		}
		if _, external, _ := strings.Cut(got[0], "|"); want["account_id"] == nil && external != value {
			t.Errorf("got %q, want %q", external, value)
		}
	})
}
