package checks

import (
	"bytes"

	"github.com/deputy-sec/deputy/checks/terraform"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// What a file is, is seen by its content: names lie, and templates come as .yml, .json,
// .template, .txt and without any ending.

var (
	yamlKey = lazyregexp.New(`(?m)^["']?(?:openapi|swagger)["']?\s*:|^(?:Resources|resources|AWSTemplateFormatVersion|provider|functions):|^ {0,4}"?(?:Resources|Statement)"? ?:`)
	// templateMark is what only a template of CloudFormation has: such a file is unexamined
	// if it cannot be parsed, any other one is none.
	templateMark = lazyregexp.New(`(?m)^\s*["']?(?:AWSTemplateFormatVersion|Resources)["']?\s*:`)
	resourceMark = lazyregexp.New(`(?m)^\s*["']?Type["']?\s*:\s*["']?AWS::`)
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

// fenced reports whether a text is Markdown with fences, and not a template whose
// descriptions hold some.
func fenced(text []byte) bool {
	at := bytes.Index(text, []byte("```"))
	if at < 0 || likeTemplate(text[:at]) {
		return false
	}
	line := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
	return len(bytes.Trim(line, " \t>")) == 0
}

var shellMark = lazyregexp.New(`^(?:#!.*\b(?:ba|z|da|k)?sh\b)|(?m)^\s*(?:aws|cat|export|echo|sudo|terraform|kubectl)\b`)

// shellScript reports whether a text is a shell script with heredocs.
func shellScript(text []byte) bool {
	return bytes.Contains(text, []byte("<<")) && shellMark.Match(text) && !terraform.Is(text)
}
