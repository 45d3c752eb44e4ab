package scanner_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// BenchmarkHistory scans the whole history of a generated repository with all
// built-in rules, attribution included; bytes are those of its contents.
func BenchmarkHistory(b *testing.B) {
	dir := sourcetest.LargeRepo(b, 50_000)
	for _, exhaustive := range []bool{false, true} {
		b.Run(fmt.Sprintf("exhaustive=%t", exhaustive), func(b *testing.B) {
			options := scanner.Options{
				Detectors:    detect.NewSet(all.Detectors()...),
				Fingerprints: finding.NewFingerprinter(nil),
				Jobs:         2,
				Exhaustive:   exhaustive,
			}
			b.ReportAllocs()
			for b.Loop() {
				src, err := git.Open(dir, git.Options{Jobs: 2, Parts: git.History})
				require.NoError(b, err)
				result, err := scanner.Scan(context.Background(), src, options)
				require.NoError(b, err)
				require.NotEmpty(b, result.Findings)
				b.SetBytes(result.Stats.Bytes)
				require.NoError(b, src.Close())
			}
		})
	}
}
