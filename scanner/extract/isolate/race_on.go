//go:build race

package isolate

// The race detector maps terabytes of its own, which a limit of the system would count.
const raceDetector = true
