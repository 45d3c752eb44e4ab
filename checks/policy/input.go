package policy

import "regexp"

// Excludes reports whether an input cannot be a text.
func (in *Input) Excludes(text string) bool {
	if len(text) < in.MinLength {
		return true
	}
	if len(in.Allowed) > 0 {
		for _, a := range in.Allowed {
			if a == text {
				return false
			}
		}
		return true
	}
	if in.Pattern != "" && len(in.Pattern) < 1000 {
		if re, err := regexp.Compile(`^(?:` + in.Pattern + `)$`); err == nil {
			return !re.MatchString(text)
		}
	}
	return false
}
