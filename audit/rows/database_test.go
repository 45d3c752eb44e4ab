package rows_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/audit/rows"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func TestRowsOfADatabase(t *testing.T) {
	server := storetest.Start(t)
	ctx := context.Background()
	url := server.URL("public")
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, "create table integrations (account_id bigint, external_id text, note jsonb); insert into integrations values (123456789012, 'x-1', '{}'), (null, 'y-2', null)")
	require.NoError(t, err)
	require.NoError(t, conn.Close(ctx))

	in, done, err := rows.Query(ctx, url, "select * from integrations order by external_id", columns)
	require.NoError(t, err)
	var row rows.Row
	var got []string
	for {
		err := in.Next(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		got = append(got, string(row.Values[0])+"|"+string(row.Values[1]))
	}
	done()
	assert.Equal(t, []string{"123456789012|x-1", "|y-2"}, got)

	for query, want := range map[string]string{
		"delete from integrations returning *":                     "would change the database",
		"select 1 as external_id; delete from integrations":        "no SQL",
		"select external_id::int as external_id from integrations": "SQLSTATE 22P02",
		"select nothing from integrations":                         "no such column",
		"select account_id from integrations":                      "there is no column external_id",
	} {
		in, done, err := rows.Query(ctx, url, query, columns)
		for err == nil {
			if err = in.Next(&row); errors.Is(err, io.EOF) {
				t.Fatal(query)
			}
		}
		if done != nil {
			done()
		}
		assert.ErrorContains(t, err, want, query)
		assert.NotContains(t, err.Error(), "x-1", query)
	}
	_, _, err = rows.Query(ctx, "postgres://user:hidden-password@localhost:1/x", "select 1", columns)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hidden")
}
