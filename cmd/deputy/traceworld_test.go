package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

// world is what a customer left behind.
type world struct {
	*repo
	values, logs string // files
	want         []string
}

// sheetOf makes a workbook with a number in its first cell.
func sheetOf(t *testing.T, number string) []byte {
	return zipOf(t,
		"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Accounts" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>`+number+`</v></c></row></sheetData></worksheet>`,
	)
}

func gzipped(t *testing.T, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// newWorld plants a customer's values in every place and spelling, and decoys beside them.
func newWorld(t *testing.T) (*world, string, string) {
	v := example.Expand("«account» «uuid»", 23, nil).Want
	account, external := v[0].Text, v[1].Text
	w := &world{repo: newRepo(t)}
	dir := t.TempDir()
	w.values, w.logs = filepath.Join(dir, "customer.txt"), filepath.Join(dir, "logs")
	require.NoError(t, os.WriteFile(w.values, []byte(account+"\n"+external+"\n"), 0o600))
	require.NoError(t, os.Mkdir(w.logs, 0o755))
	put := func(name string, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(w.logs, name), []byte(content), 0o644))
		w.want = append(w.want, name)
	}
	w.commit("Ada", "README.md", "# Product\n", "Start")
	w.commit("Bob", "old.tf", "role = \"arn:aws:iam::"+account+":role/x\"\n", "Onboard")
	w.git("rm", "-q", "old.tf")
	w.git("commit", "-q", "-m", "Gone")
	w.commit("Cem", "logo.svg", "<svg/>\n", "For account "+account[:4]+"-"+account[4:8]+"-"+account[8:])
	w.commit("Dee", "accounts/"+account+"/keep", "x\n", "A folder")

	put("report.pdf", string(pdfOf("Nothing here", "The account is "+account)))
	put("deck.pptx", string(deckOf(t, "Our customer", "account "+account[:4]+" "+account[4:8]+" "+account[8:])))
	put("sheet.xlsx", string(sheetOf(t, account)))
	put("exponent.xlsx", string(sheetOf(t, account[:1]+"."+account[1:]+"E11")))
	put("app.log.gz", string(gzipped(t, "GET /?id="+url.QueryEscape(external)+" 200\n")))
	put("terraform.tfstate", `{"resources":[{"instances":[{"attributes":{"account":`+account+`}}]}]}`)
	put("mbox", "From ada@example.com Thu Jan  1 00:00:00 2026\nSubject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString([]byte("it is "+external))+"\n\n")
	put("base64.txt", base64.StdEncoding.EncodeToString([]byte("k:"+external+"\n")))
	put("hex.txt", hex.EncodeToString([]byte(external)))
	put("html.txt", strings.ReplaceAll(external, "-", "&#45;"))
	put("json.txt", strings.ReplaceAll(external, "-", `\u002d`))
	wide := []byte{0xff, 0xfe}
	for _, c := range []byte("account " + account + "\r\n") {
		wide = append(wide, c, 0)
	}
	put("wide.txt", string(wide))
	put("bucket.txt", "s3://cdk-assets-"+account+"-us-east-1/k")
	put("dump.sql", "INSERT INTO x VALUES ('"+external+"');\n")
	put("inner.zip", string(zipOf(t, "deep/deck.pptx", string(deckOf(t, "id "+external, "no notes")))))
	database, err := os.ReadFile(filepath.Join("..", "..", "scanner", "extract", "sqlite", "testdata", "sample.db"))
	require.NoError(t, err)
	put("sample.db", string(bytes.ReplaceAll(database, []byte("ACCOUNT00002"), []byte(account))))

	for name, text := range map[string]string{
		"decoy-longer": "9" + account + " " + account + "7\n", "decoy-next": account[:11] + string(account[11]^1) + "\n",
		"decoy-card": account[:4] + "-" + account[4:8] + "-" + account[8:] + "-1234\n", "decoy-other": strings.Replace(external, external[:4], "0000", 1) + "\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(w.logs, name), []byte(text), 0o644))
	}
	return w, account, external
}

// placesOf returns the paths of all sightings of a report.
func placesOf(t *testing.T, out string) map[string][]string {
	t.Helper()
	var d struct {
		Findings []struct {
			Sightings []struct{ Path, Place string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &d))
	got := map[string][]string{}
	for _, f := range d.Findings {
		for _, s := range f.Sightings {
			got[s.Path] = append(got[s.Path], s.Place)
		}
	}
	return got
}

func TestTraceOfAWorld(t *testing.T) {
	w, account, _ := newWorld(t)
	out, errs, code := w.deputy("trace", "--values", w.values, "--format", "json", "--ocr", "off", w.logs)
	require.Equal(t, exitFindings, code, errs)
	got := placesOf(t, out)
	for _, name := range w.want {
		assert.NotEmpty(t, got[name], name)
	}
	for name := range got {
		assert.NotContains(t, name, "decoy")
	}
	assert.Contains(t, got["report.pdf"], "page 2")
	assert.Contains(t, got["deck.pptx"], "slide 1, notes")
	assert.Contains(t, got["sheet.xlsx"], `sheet "Accounts" cell A1`)
	assert.Contains(t, strings.Join(got["sample.db"], ";"), `table "accounts" row 1`)

	out, errs, code = w.deputy("trace", "--values", w.values, "--format", "json", ".")
	require.Equal(t, exitFindings, code, errs)
	got = placesOf(t, out)
	assert.Contains(t, got, "old.tf")
	assert.Contains(t, got, "accounts/"+account)
	assert.Contains(t, got[""], "commit message")

	// After removal.
	for _, name := range w.want {
		require.NoError(t, os.Remove(filepath.Join(w.logs, name)))
	}
	out, errs, code = w.deputy("trace", "--values", w.values, "--color", "never", w.logs)
	require.Equal(t, exitClean, code, out+errs)
	assert.Contains(t, out, "nothing left in "+w.logs)
	require.NoError(t, os.WriteFile(filepath.Join(w.logs, "cut.gz"), gzipped(t, strings.Repeat("x y z\n", 100))[:20], 0o644))
	out, errs, code = w.deputy("trace", "--values", w.values, "--color", "never", w.logs)
	require.Equal(t, exitUnexamined, code, out+errs)
	assert.Contains(t, out, "not examined: 1")
}

// TestAPasswordOfADatabaseIsNeverShown: not in errors, reports, receipts or the verdict.
func TestAPasswordOfADatabaseIsNeverShown(t *testing.T) {
	w := newRepo(t)
	dir := t.TempDir()
	values, receipt := filepath.Join(dir, "values"), filepath.Join(dir, "receipt.json")
	require.NoError(t, os.WriteFile(values, []byte("value:whatever-it-is\n"), 0o600))
	const secret = "pass-word-of-it"
	for _, address := range []string{
		"postgres://ada:" + secret + "@127.0.0.1:1/db?connect_timeout=1", "postgresql://127.0.0.1:1/db?user=ada&password=" + secret,
		"postgres://ada:" + secret + "@127.0.0.1:notaport/db",
	} {
		for _, verb := range [][]string{{"trace", "--values", values, "--receipt", receipt}, {"scan"}} {
			out, errs, code := w.deputy(append(verb, "--format", "json", address, dir)...)
			assert.Equal(t, exitCannotRun, code)
			assert.NotContains(t, out+errs, secret)
			assert.Contains(t, errs, "postgres")
		}
		if text, err := os.ReadFile(receipt); err == nil {
			assert.NotContains(t, string(text), secret)
		}
	}
}

func TestTraceOfADatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	server := storetest.New(t)
	w, account, external := newWorld(t)
	ctx := context.Background()
	address := server.URL("public")
	conn, err := pgx.Connect(ctx, address)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, fmt.Sprintf(`
create table integrations (id int primary key, account bigint, settings jsonb, at timestamptz default now());
insert into integrations values (1, 5, '{}'), (7, %s, '{"x": {"external": "%s"}}');
create table notes (body text, raw bytea);
insert into notes values ('arn:aws:iam::%s:role/x', null), ('9%s', '\x%s');
comment on table notes is 'of %s';
create view v as select '%s'::text as who`, account, external, account, account, hex.EncodeToString([]byte(external)), account, account))
	require.NoError(t, err)

	out, errs, code := w.deputy("trace", "--values", w.values, "--format", "json", address)
	require.Equal(t, exitFindings, code, errs)
	got := placesOf(t, out)
	assert.ElementsMatch(t, []string{"column account, row id=7", "column settings, row id=7"}, got["public.integrations"])
	assert.Contains(t, got["public.notes"], "column body, row ctid=(0,1)")
	assert.Contains(t, got["public.notes"], "column raw, row ctid=(0,2)")
	assert.NotContains(t, got["public.notes"], "column body, row ctid=(0,2)", "a longer number")
	assert.Contains(t, got["public.v"], "definition of a view")
	assert.Contains(t, got["notes"], "comment")

	_, err = conn.Exec(ctx, "drop view v; drop table notes; delete from integrations where id = 7")
	require.NoError(t, err)
	receipt := filepath.Join(t.TempDir(), "receipt.json")
	out, errs, code = w.deputy("trace", "--values", w.values, "--color", "never", "--receipt", receipt, address)
	require.Equal(t, exitClean, code, out+errs)
	assert.Contains(t, out, "nothing left in postgres://")

	_, err = conn.Exec(ctx, "create role reader login; create table hidden (x text); grant usage on schema public to reader; grant select on integrations to reader")
	require.NoError(t, err)
	require.NoError(t, conn.Close(ctx))
	out, errs, code = w.deputy("trace", "--values", w.values, "--color", "never", "--verbose", strings.Replace(address, "user=deputy", "user=reader", 1))
	require.Equal(t, exitUnexamined, code, out+errs)
	assert.Contains(t, out, "permission denied")
}
