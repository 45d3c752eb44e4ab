// Package excalidraw reads the scenes that Excalidraw puts into the pictures it exports, so that
// they can be edited again: JSON, compressed, in a text chunk of a PNG or between comments of an SVG
// (https://github.com/excalidraw/excalidraw/tree/master/packages/excalidraw/data).
package excalidraw

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/internal/inflate"
)

// Type is the media type of scenes, under which pictures hold them.
const Type = "application/vnd.excalidraw+json"

// maxScene bounds an unpacked scene, in bytes. What is longer is cut off.
const maxScene = 64 << 20

// What stands around the payload in an SVG.
var (
	svgMark  = []byte("payload-type:" + Type)
	svgStart = []byte("<!-- payload-start -->")
	svgEnd   = []byte("<!-- payload-end -->")
)

// InSVG reports whether a picture holds a scene.
func InSVG(svg []byte) bool { return bytes.Contains(svg, svgMark) }

// OfSVG returns the scene in a picture; false if there is none, or it cannot be read.
func OfSVG(svg []byte) ([]byte, bool) {
	_, payload, _ := bytes.Cut(svg, svgMark)
	_, payload, _ = bytes.Cut(payload, svgStart)
	payload, _, ok := bytes.Cut(payload, svgEnd)
	if !ok {
		return nil, false
	}
	payload = bytes.Join(bytes.Fields(payload), nil)
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(payload)))
	n, err := base64.StdEncoding.Decode(decoded, payload)
	if err != nil {
		return nil, false
	}
	return Scene(decoded[:n])
}

// Scene returns the scene in a payload; false if it cannot be read.
func Scene(payload []byte) ([]byte, bool) {
	if utf8.Valid(payload) {
		if scene, ok := unpack(payload); ok && utf8.Valid(scene) {
			return scene, true
		}
	}
	wide := make([]byte, 0, len(payload)+len(payload)/2) // a chunk of Latin-1
	for _, c := range payload {
		wide = utf8.AppendRune(wide, rune(c))
	}
	return unpack(wide)
}

func unpack(payload []byte) ([]byte, bool) {
	var packed struct {
		Type       string `json:"type"`
		Encoded    string `json:"encoded"`
		Compressed bool   `json:"compressed"`
	}
	if json.Unmarshal(payload, &packed) != nil {
		return nil, false
	}
	if packed.Encoded == "" {
		if packed.Type != "excalidraw" {
			return nil, false
		}
		return payload, true
	}
	plain, ok := narrow(packed.Encoded)
	if !ok || !packed.Compressed {
		return plain, ok
	}
	const zlibHeader = 2
	if len(plain) < zlibHeader {
		return nil, false
	}
	scene, _ := io.ReadAll(io.LimitReader(inflate.NewReader(plain[zlibHeader:]), maxScene)) // as far as it goes
	return scene, len(scene) > 0
}

// narrow returns the bytes that the characters of a string stand for.
func narrow(text string) ([]byte, bool) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}
