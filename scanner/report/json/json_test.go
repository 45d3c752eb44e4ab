package json_test

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, json.Writer{}, "sample.json.golden") }
