package detect

// Len returns how many triggers a trace holds.
func (t *Trace) Len() int { return len(t.triggers) }
