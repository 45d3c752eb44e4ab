package sarif

import "github.com/deputy-sec/deputy/scanner/finding"

// The objects of SARIF that a report uses, with the section of the standard
// that defines each.

type message struct { // 3.11
	Text string `json:"text"`
}

type helpText struct { // 3.12, multiformatMessageString
	Text     string `json:"text"`
	Markdown string `json:"markdown"`
}

type descriptor struct { // 3.49, reportingDescriptor
	ID            string         `json:"id"`
	Short         message        `json:"shortDescription"`
	Full          message        `json:"fullDescription"`
	Help          helpText       `json:"help"`
	HelpURI       string         `json:"helpUri,omitempty"`
	Configuration configuration  `json:"defaultConfiguration"`
	Properties    ruleProperties `json:"properties"`
}

type configuration struct { // 3.50
	Level string `json:"level"`
}

// ruleProperties are those that GitHub code scanning knows.
type ruleProperties struct {
	Tags  []string `json:"tags"`
	Score string   `json:"security-severity"`
}

type result struct { // 3.27
	RuleID     string           `json:"ruleId"`
	RuleIndex  int              `json:"ruleIndex"`
	Level      string           `json:"level"`
	Message    message          `json:"message"`
	Rank       float64          `json:"rank"`
	Locations  []location       `json:"locations"`
	Related    []location       `json:"relatedLocations,omitempty"`
	Prints     fingerprints     `json:"partialFingerprints"`
	Properties resultProperties `json:"properties"`
}

// fingerprints carry ours twice. GitHub compares results by
// primaryLocationLineHash and, where it is missing, hashes the line: two values
// of one rule on one line would become one alert, and the second be hidden.
type fingerprints struct {
	Deputy string `json:"deputy/v1"`
	Line   string `json:"primaryLocationLineHash"`
}

type resultProperties struct {
	Severity    finding.Severity `json:"severity"`
	Class       finding.Class    `json:"class,omitempty"`
	Confidence  float64          `json:"confidence"`
	InHead      bool             `json:"inHead"`
	FirstCommit string           `json:"firstCommit,omitempty"`
	Repository  string           `json:"repository,omitempty"`
	State       string           `json:"state,omitempty"`
}

type location struct { // 3.28
	ID       int       `json:"id,omitempty"`
	Physical *physical `json:"physicalLocation,omitempty"`
	Logical  []logical `json:"logicalLocations,omitempty"`
	Message  *message  `json:"message,omitempty"`
}

type physical struct { // 3.29
	Artifact artifact `json:"artifactLocation"`
	Region   *region  `json:"region,omitempty"`
}

type artifact struct { // 3.4
	URI         string   `json:"uri"`
	Description *message `json:"description,omitempty"`
}

type region struct { // 3.30
	Line      int `json:"startLine"`
	Column    int `json:"startColumn,omitempty"`
	EndColumn int `json:"endColumn,omitempty"`
}

type logical struct { // 3.33
	Name      string `json:"name,omitempty"`
	Qualified string `json:"fullyQualifiedName,omitempty"`
}

type notification struct { // 3.58
	Level     string     `json:"level"`
	Message   message    `json:"message"`
	Locations []location `json:"locations,omitempty"`
}

type versionControl struct { // 3.23, versionControlDetails
	URI      string `json:"repositoryUri"`
	Revision string `json:"revisionId,omitempty"`
	Branch   string `json:"branch,omitempty"`
}
