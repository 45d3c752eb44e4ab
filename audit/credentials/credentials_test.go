package credentials_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/audit/credentials"
	"github.com/deputy-sec/deputy/audit/rows"
	"github.com/deputy-sec/deputy/audit/table"
)

const header = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n"

const (
	noKey  = ",false,N/A,N/A,N/A,N/A"
	noKeys = noKey + noKey + ",false,N/A,false,N/A\n"
)

// key is the columns of an active key that was made and last used so many days before the day
// of the audit; -1 for never.
func key(made, used int) string {
	day := func(n int) string {
		if n < 0 {
			return "N/A"
		}
		return now.AddDate(0, 0, -n).Format(time.RFC3339)
	}
	return ",true," + day(made) + "," + day(used) + ",us-east-1,sts"
}

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func audit(t testing.TB, lines ...string) *credentials.Report {
	t.Helper()
	in, err := rows.Open(strings.NewReader(header+strings.Join(lines, "")), credentials.Columns())
	require.NoError(t, err)
	r, err := credentials.Run(in, credentials.Options{Now: now, MaxKeyAge: 90})
	require.NoError(t, err)
	return r
}

func user(name, password, mfa, keys string) string {
	return name + ",arn:aws:iam::user," + "2020-01-01T00:00:00+00:00," + password + ",no_information,N/A,N/A," + mfa + keys
}

func TestWhatIsAskedOfUsers(t *testing.T) {
	const certs = ",false,N/A,false,N/A\n"
	for name, c := range map[string]struct {
		line string
		want []string
	}{
		"nothing wrong":                 {user("u", "true", "true", noKeys), nil},
		"no credentials":                {user("u", "false", "false", noKeys), nil},
		"a password without MFA":        {user("u", "true", "false", noKeys), []string{"password-without-mfa"}},
		"a new key in use":              {user("u", "false", "false", key(10, 1)+noKey+certs), []string{"user-where-a-role-is-wanted"}},
		"a key of ninety days":          {user("u", "false", "false", key(90, 1)+noKey+certs), []string{"user-where-a-role-is-wanted"}},
		"a key of ninety-one days":      {user("u", "false", "false", key(91, 1)+noKey+certs), []string{"key-old", "user-where-a-role-is-wanted"}},
		"a key that was never used":     {user("u", "false", "false", key(10, -1)+noKey+certs), []string{"key-never-used", "user-where-a-role-is-wanted"}},
		"a key that is no longer used":  {user("u", "false", "false", noKey+key(300, 200)+certs), []string{"key-not-used-since", "key-old", "user-where-a-role-is-wanted"}},
		"two keys":                      {user("u", "false", "false", key(10, 1)+key(80, 1)+certs), []string{"two-active-keys", "user-where-a-role-is-wanted"}},
		"a key that is switched off":    {user("u", "false", "false", ",false,2020-01-01T00:00:00+00:00,N/A,N/A,N/A"+noKey+certs), nil},
		"root with MFA":                 {user("<root_account>", "not_supported", "true", noKeys), nil},
		"root without MFA":              {user("<root_account>", "not_supported", "false", noKeys), []string{"root-without-mfa"}},
		"root without a password":       {user("<root_account>", "false", "false", noKeys), nil},
		"root with a key":               {user("<root_account>", "not_supported", "true", key(10, 1)+noKey+certs), []string{"root-key"}},
		"root that was used":            {strings.Replace(user("<root_account>", "not_supported", "true", noKeys), "no_information", "2026-05-20T10:00:00+00:00", 1), []string{"root-used"}},
		"root that made the account":    {strings.Replace(user("<root_account>", "not_supported", "true", noKeys), "no_information", "2020-01-03T10:00:00+00:00", 1), nil},
		"a user who is called like key": {user("=cmd()", "true", "false", noKeys), []string{"password-without-mfa"}},
	} {
		r := audit(t, c.line)
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Check.ID)
		}
		slices.Sort(got)
		assert.Equal(t, c.want, got, name)
		assert.Empty(t, r.Unexamined, name)
	}
}

func TestTheWorstComesFirst(t *testing.T) {
	r := audit(t, user("b", "true", "false", noKeys), user("<root_account>", "not_supported", "false", noKeys), user("a", "true", "false", noKeys))
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.User)
	}
	assert.Equal(t, []string{"<root_account>", "a", "b"}, got)
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	r := audit(t, "only,three,fields\n", user("u", "perhaps", "true", noKeys), user("u", "false", "false", ",true,yesterday,N/A,N/A,N/A"+noKey+",false,N/A,false,N/A\n"))
	assert.Len(t, r.Unexamined, 4)
	_, err := rows.Open(strings.NewReader("user,arn\nx,y\n"), credentials.Columns())
	assert.ErrorContains(t, err, "no column user_creation_time")
}

func TestEveryFormat(t *testing.T) {
	r := audit(t, user("=cmd()<b>\x1b[31m", "true", "false", noKeys))
	for _, format := range table.Formats() {
		var out bytes.Buffer
		require.NoError(t, table.Write(&out, format, r.Document()))
		assert.Contains(t, out.String(), "password-without-mfa", format)
		assert.NotContains(t, out.String(), "\x1b", format)
		if format == "csv" {
			assert.Contains(t, out.String(), ",'=cmd()")
		}
		if format == "html" {
			assert.NotContains(t, out.String(), "<b>")
		}
	}
}

func TestEveryCheckSaysWhichSentenceAndWhatToDo(t *testing.T) {
	for _, c := range credentials.Checks() {
		assert.NotEmpty(t, c.Sentence, c.ID)
		assert.NotEmpty(t, c.Document, c.ID)
		assert.NotEmpty(t, c.Action, c.ID)
	}
}

func FuzzReport(f *testing.F) {
	f.Add(user("u", "true", "false", noKeys))
	f.Add("\"")
	f.Fuzz(func(t *testing.T, body string) {
		in, err := rows.Open(strings.NewReader(header+body), credentials.Columns())
		if err != nil {
			return
		}
		r, err := credentials.Run(in, credentials.Options{Now: now, MaxKeyAge: 90})
		if err != nil {
			return
		}
		for _, format := range table.Formats() {
			var out bytes.Buffer
			if err := table.Write(&out, format, r.Document()); err != nil {
				t.Error(err)
			}
		}
	})
}
