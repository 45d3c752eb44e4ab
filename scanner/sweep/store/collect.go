package store

import (
	"context"
	"time"
)

// collectBatch is how many rows are removed in one transaction.
const collectBatch = 500

// Collect removes what nobody will ask for any more, and returns how many rows that were:
// scans that ended before a time and are not their repository's latest or latest whole one,
// with the tasks that they were for; answers of hosts that nobody has
// asked for since; and contents under rule sets that no repository's latest scan went by. Findings and events stay.
func (s *Store) Collect(ctx context.Context, before time.Time) (removed int64, err error) {
	steps := []struct {
		text string
		args []any
	}{
		{`DELETE FROM task WHERE (sweep_id, repository_id) IN (SELECT t.sweep_id, t.repository_id FROM task t JOIN sweep w ON w.id = t.sweep_id WHERE w.status <> 'running' AND w.ended_at < ? LIMIT ?)`,
			[]any{stamp(before), collectBatch}},
		{`DELETE FROM scan WHERE id IN (SELECT c.id FROM scan c JOIN repository r ON r.id = c.repository_id
			WHERE c.ended_at < ? AND c.id <> COALESCE(r.scan_id, 0) AND c.id <> COALESCE(r.whole_id, 0) AND NOT EXISTS (SELECT 1 FROM task t WHERE t.scan_id = c.id) LIMIT ?)`,
			[]any{stamp(before), collectBatch}},
		{`DELETE FROM answer WHERE key IN (SELECT key FROM answer WHERE used_at < ? LIMIT ?)`, []any{stamp(before), collectBatch}},
		{`DELETE FROM content_sample WHERE content_id IN (SELECT id FROM content WHERE ` + unused + ` LIMIT ?)`, []any{collectBatch}},
		{`DELETE FROM content WHERE id IN (SELECT id FROM content WHERE ` + unused + ` LIMIT ?)`, []any{collectBatch}},
	}
	for _, step := range steps {
		for {
			var n int64
			err := s.Write(ctx, func(t *Tx) error {
				var err error
				n, err = t.exec(ctx, step.text, step.args...)
				return err
			})
			if err != nil {
				return removed, err
			}
			removed += n
			if n == 0 {
				break
			}
		}
	}
	return removed, nil
}

// unused are contents under rule sets that are out of use.
const unused = `rule_set NOT IN (SELECT DISTINCT c.rule_set FROM repository r JOIN scan c ON c.id = r.scan_id)`
