package gitdir

import "strings"

// Upstream returns the ref that a branch follows, see git-config(1),
// branch.<name>.merge.
func (c *Config) Upstream(branch string) (string, bool) {
	remote, ok := c.settings.last("branch", branch, "remote")
	if !ok {
		return "", false
	}
	merge, ok := c.settings.last("branch", branch, "merge")
	if !ok {
		return "", false
	}
	return c.fetched(remote, merge)
}

// Push returns the ref that says where a branch was pushed to.
func (c *Config) Push(branch string) (string, bool) {
	remote, ok := c.settings.last("branch", branch, "pushremote")
	if !ok {
		remote = c.settings.text("remote", "pushdefault")
	}
	if remote == "" {
		remote, _ = c.settings.last("branch", branch, "remote")
	}
	switch c.settings.text("push", "default") {
	case "upstream", "tracking":
		return c.Upstream(branch)
	case "nothing":
		return "", false
	}
	return c.fetched(remote, "refs/heads/"+branch)
}

// fetched returns the ref under which a remote's ref is kept here.
func (c *Config) fetched(remote, ref string) (string, bool) {
	if remote == "." {
		return ref, true
	}
	for _, e := range c.settings {
		if e.section != "remote" || e.sub != remote || e.key != "fetch" {
			continue
		}
		from, to, ok := strings.Cut(strings.TrimPrefix(e.value, "+"), ":")
		if !ok {
			continue
		}
		if from == ref {
			return to, true
		}
		before, after, star := strings.Cut(from, "*")
		if star && strings.HasPrefix(ref, before) && strings.HasSuffix(ref[len(before):], after) {
			middle := strings.TrimSuffix(ref[len(before):], after)
			return strings.Replace(to, "*", middle, 1), true
		}
	}
	return "", false
}
