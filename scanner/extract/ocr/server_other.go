//go:build !linux

package ocr

import "context"

// runSheets has tesseract read sheets, with a run of its own.
func runSheets(ctx context.Context, path string, sheets []sheet, options []string) ([]line, error) {
	return runOnce(ctx, path, sheets, options)
}
