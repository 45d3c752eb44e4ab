package checks

import (
	"bytes"
	"regexp"
)

// What a file is, is seen by its content: names lie, and templates come as .yml, .json,
// .template, .txt and without any ending.

var (
	yamlKey = regexp.MustCompile(`(?m)^(?:Resources|resources|AWSTemplateFormatVersion|provider|functions):|^ {0,4}"?(?:Resources|Statement)"? ?:`)
	// templateMark is what only a template of CloudFormation has: such a file is unexamined
	// if it cannot be parsed, any other one is none.
	templateMark = regexp.MustCompile(`(?m)^\s*["']?(?:AWSTemplateFormatVersion|Resources)["']?\s*:`)
	resourceMark = regexp.MustCompile(`(?m)^\s*["']?Type["']?\s*:\s*["']?AWS::`)
)

// structured reports whether a text may be JSON or YAML that we read.
func structured(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(text) == 0 {
		return false
	}
	return text[0] == '{' || text[0] == '[' || yamlKey.Match(text)
}

// likeTemplate reports whether a text that cannot be parsed was meant to be a template.
func likeTemplate(text []byte) bool { return templateMark.Match(text) && resourceMark.Match(text) }
