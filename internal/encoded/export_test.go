package encoded

// Of the prefilter, for tests.
var WorthwhileRun = worthwhile

func OfAlphabet(c byte) bool { return ofAlphabet[c] }
