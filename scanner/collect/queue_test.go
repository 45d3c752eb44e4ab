package collect

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQueueDoesAllOfItAndNoMoreAtOnceThanItMay(t *testing.T) {
	const jobs = 2
	a := newQueue(jobs)
	var done, running atomic.Int32
	for range 100 {
		assert.True(t, a.reserve(10))
		a.Go(10, func() {
			assert.LessOrEqual(t, running.Add(1), int32(jobs))
			running.Add(-1)
			done.Add(1)
		})
	}
	a.wait()
	assert.EqualValues(t, 100, done.Load())
	assert.Zero(t, a.held)
}

func TestQueueHoldsNoMoreThanThereIsRoomFor(t *testing.T) {
	a := newQueue(1)
	const size = maxHeld / 4
	begun, release := make(chan bool), make(chan bool)
	for range 3 { // the fourth has no room, since each costs a little more
		assert.True(t, a.reserve(size))
		a.Go(size, func() { begun <- true; <-release })
	}
	assert.False(t, a.reserve(size))
	<-begun
	assert.False(t, a.reserve(size), "the first is still running")
	release <- true
	<-begun // so the first is over, or about to be
	release <- true
	<-begun
	release <- true
	a.wait()
	assert.True(t, a.reserve(size))
}
