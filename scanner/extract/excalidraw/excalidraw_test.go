package excalidraw

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const scene = `{"type":"excalidraw","elements":[{"type":"text","text":"Ünïcode 1234"}]}`

// payload packs a scene as Excalidraw does.
func payload(t testing.TB, compressed bool) []byte {
	t.Helper()
	data := []byte(scene)
	if compressed {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, err := w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		data = z.Bytes()
	}
	var wide []rune
	for _, c := range data {
		wide = append(wide, rune(c))
	}
	out, err := json.Marshal(map[string]any{"version": "1", "encoding": "bstring", "compressed": compressed, "encoded": string(wide)})
	require.NoError(t, err)
	return out
}

func TestScenesAreUnpacked(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		p := payload(t, compressed)
		got, ok := Scene(p)
		assert.True(t, ok)
		assert.Equal(t, scene, string(got))

		var latin []byte
		for _, r := range string(p) {
			latin = append(latin, byte(r))
		}
		got, ok = Scene(latin)
		assert.True(t, ok, "in a chunk of Latin-1")
		assert.Equal(t, scene, string(got))

		svg := []byte("<svg><metadata><!-- payload-type:" + Type + " --><!-- payload-version:2 --><!-- payload-start -->" +
			base64.StdEncoding.EncodeToString(p) + "<!-- payload-end --></metadata></svg>")
		assert.True(t, InSVG(svg))
		got, ok = OfSVG(svg)
		assert.True(t, ok, "in an SVG")
		assert.Equal(t, scene, string(got))
	}
	got, ok := Scene([]byte(scene))
	assert.True(t, ok, "as it is")
	assert.Equal(t, scene, string(got))
	for _, bad := range []string{"", "{}", `{"encoded":"x","compressed":true}`, `{"type":"x"}`} {
		_, ok := Scene([]byte(bad))
		assert.False(t, ok, bad)
	}
}

func FuzzScene(f *testing.F) {
	f.Add(payload(f, true))
	f.Add(payload(f, false))
	f.Add([]byte("<svg><!-- payload-type:" + Type + " --><!-- payload-start -->e30=<!-- payload-end -->"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func([]byte) ([]byte, bool){Scene, OfSVG} {
			if out, ok := read(data); !ok && len(out) > 0 {
				t.Fatal("a scene that cannot be read has a text")
			} else if len(out) > maxScene {
				t.Fatal("longer than a scene may be")
			}
		}
	})
}
