package state

import "testing"

// RoomForResults bounds what is kept of results while a test runs.
func RoomForResults(t *testing.T, bytes int) {
	before := maxResults
	maxResults = bytes
	t.Cleanup(func() { maxResults = before })
}
