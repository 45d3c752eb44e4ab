package ocrtest

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNoBrowser says that there is no chromium to show pages with.
var ErrNoBrowser = errors.New("chromium is not installed")

// Screenshot shows a page, 1,280 by 800 of its own pixels, on a screen with scale
// pixels to each, and takes a picture of it. Its values are those of the seed.
func Screenshot(ctx context.Context, page Page, seed uint64, scale int) (image.Image, []Value, error) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, ErrNoBrowser
	}
	dir, err := os.MkdirTemp("", "screenshot")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is in the system's temporary directory
	values := NewValues(seed)
	source, target := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.png")
	if err := os.WriteFile(source, []byte(values.Expand(page.HTML)), 0o600); err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--disable-lcd-text", "--window-size=1280,800", fmt.Sprintf("--force-device-scale-factor=%d", scale),
		"--user-data-dir="+filepath.Join(dir, "profile"), "--screenshot="+target, (&url.URL{Scheme: "file", Path: source}).String())
	if told, err := cmd.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("chromium: %w: %s", err, told)
	}
	file, err := os.Open(target)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	picture, err := png.Decode(file)
	return picture, values.Shown, err
}
