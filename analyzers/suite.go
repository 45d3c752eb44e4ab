// Package analyzers lists the go/analysis passes that keep External IDs secret.
//
//	externalid, program, taint  find out and report nothing
//	idlogged                    in logs, telemetry, standard output, panics
//	idreturned                  in responses
//	idsent                      in requests, messages and mail to others
//	idparam                     chosen by a request
//
// Any go/analysis driver can run All; package driver runs it over whole programs and
// as go vet's tool.
package analyzers

import (
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/idlogged"
	"github.com/deputy-sec/deputy/analyzers/idparam"
	"github.com/deputy-sec/deputy/analyzers/idreturned"
	"github.com/deputy-sec/deputy/analyzers/idsent"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// All are the passes, the silent ones included: drivers offer the flags of those
// they are given.
var All = []*analysis.Analyzer{
	program.Analyzer,
	externalid.Analyzer,
	taint.Analyzer,
	idlogged.Analyzer,
	idreturned.Analyzer,
	idsent.Analyzer,
	idparam.Analyzer,
}
