package ocrtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
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
// pixels to each, and takes a picture of it. Its values are those of the seed. A
// picture that is in the folder is not taken again.
func Screenshot(ctx context.Context, folder string, page Page, seed uint64, scale int) (image.Image, []Value, error) {
	values := NewValues(seed)
	shown := values.Expand(page.HTML)
	target := filepath.Join(folder, fmt.Sprintf("%016x@%d.png", hashOf(shown), scale))
	if _, err := os.Stat(target); errors.Is(err, os.ErrNotExist) {
		if err := show(ctx, shown, scale, target); err != nil {
			return nil, nil, err
		}
	}
	file, err := os.Open(target)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	picture, err := png.Decode(file)
	return picture, values.Shown, err
}

func hashOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash takes everything
	return h.Sum64()
}

// show has the browser take a picture of a page.
func show(ctx context.Context, html string, scale int, target string) error {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		return ErrNoBrowser
	}
	dir, err := os.MkdirTemp("", "screenshot")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is in the system's temporary directory
	source := filepath.Join(dir, "page.html")
	if err := os.WriteFile(source, []byte(html), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--disable-lcd-text", "--window-size=1280,800", fmt.Sprintf("--force-device-scale-factor=%d", scale),
		"--user-data-dir="+filepath.Join(dir, "profile"), "--screenshot="+target, (&url.URL{Scheme: "file", Path: source}).String())
	if told, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("chromium: %w: %s", err, told)
	}
	return nil
}
