package store

import (
	"context"
	"time"
)

// RunningJob is a scan that a worker is at.
type RunningJob struct {
	Job, Repository int64
	FullName        string
	Attempt         int
	For             time.Duration // since it was taken
}

// RunningJobs returns the scans that workers are at, the longest first.
func (s *Store) RunningJobs(ctx context.Context, limit int) ([]RunningJob, error) {
	age := `unixepoch('now', 'subsec') - unixepoch(j.attempted_at, 'subsec')`
	if s.dialect.numbered {
		age = `EXTRACT(EPOCH FROM clock_timestamp() - j.attempted_at)::DOUBLE PRECISION`
	}
	return collect(ctx, s, func(scan func(...any) error, j *RunningJob) error {
		var seconds float64
		err := scan(&j.Job, &j.Repository, &j.FullName, &j.Attempt, &seconds)
		j.For = time.Duration(max(0, seconds) * float64(time.Second))
		return err
	}, `SELECT j.id, r.id, r.full_name, j.attempt, COALESCE(`+age+`, 0) AS age FROM river_job j JOIN repository r ON r.job_id = j.id WHERE j.state = 'running' ORDER BY age DESC LIMIT ?`, limit)
}
