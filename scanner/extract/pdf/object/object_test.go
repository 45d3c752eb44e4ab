package object_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

var budget = object.Budget{Objects: 1 << 16, Stream: 1 << 20, Decoded: 1 << 24}

func parse(t *testing.T, syntax string) object.Object {
	t.Helper()
	o, _ := object.NewParser([]byte(syntax), 1000).Object()
	return o
}

func TestParser(t *testing.T) {
	for syntax, want := range map[string]object.Object{
		"12":                            12.0,
		"-0.5":                          -0.5,
		"--7":                           -7.0,
		"4.":                            4.0,
		".25":                           0.25,
		"0.0-31":                        0.0,
		"/Name#20x":                     object.Name("Name x"),
		"/":                             object.Name(""),
		"(a (nested) string)":           object.String("a (nested) string"),
		`(\101\n\)\\ \` + "\n" + `b\7)`: object.String("A\n)\\ b\x07"),
		"(a\r\nb\rc)":                   object.String("a\nb\nc"),
		"<48 656C6c 6f2>":               object.String("Hello "),
		"[1 2 0 R /A(b)]":               object.Array{1.0, object.Ref{Num: 2}, object.Name("A"), object.String("b")},
		"<</A 1/B[<</C true>>]>>":       object.Dict{{Key: "A", Value: 1.0}, {Key: "B", Value: object.Array{object.Dict{{Key: "C", Value: true}}}}},
		"<</A null/B false>>":           object.Dict{{Key: "A", Value: nil}, {Key: "B", Value: false}},
		"% a comment\n7":                7.0,
		"<</A[1 2>>":                    object.Dict{{Key: "A", Value: object.Array{1.0, 2.0}}},
		"<</A 1 endobj 2 0 obj <</B 2":  object.Dict{{Key: "A", Value: 1.0}},
		"(never closed endobj more":     object.String("never closed "),
	} {
		assert.Equal(t, want, parse(t, syntax), syntax)
	}
}

func TestOpenTakesTheLastDefinition(t *testing.T) {
	f, err := object.Open([]byte("%PDF-1.4\n1 0 obj(old)endobj 2 0 obj(other)endobj\n1 0 obj(new)endobj trailer<</Root 1 0 R>>"), budget)
	require.NoError(t, err)
	require.Len(t, f.Definitions, 3)
	assert.Equal(t, object.String("new"), f.Resolve(object.Ref{Num: 1}))
	at := f.Place(object.Ref{Num: 1})
	assert.True(t, f.Latest(at))
	assert.Equal(t, object.String("old"), f.Definitions[f.Older(at)].Object)
	assert.Equal(t, -1, f.Older(f.Older(at)))
	assert.Equal(t, object.Dict{{Key: "Root", Value: object.Ref{Num: 1}}}, f.Trailer)
}

// A stream ends where its length says if endstream stands there, and else at the
// next endstream; what looks like an object in it is none.
func TestStreams(t *testing.T) {
	for name, syntax := range map[string]string{
		"right length": "1 0 obj<</Length 22>>stream\na 9 0 obj endstream bb\nendstream endobj",
		"no length":    "1 0 obj<<>>stream\r\na 9 0 obj \nendstream endobj",
		"wrong length": "1 0 obj<</Length 3>>stream\na 9 0 obj \nendstream endobj",
		"far length":   "1 0 obj<</Length 3000000000>>stream\na 9 0 obj \nendstream endobj",
		"no end":       "1 0 obj<</Length 3>>stream\na 9 0 obj \nendobj",
	} {
		t.Run(name, func(t *testing.T) {
			f, err := object.Open([]byte(syntax), budget)
			require.NoError(t, err)
			require.Len(t, f.Definitions, 1)
			s := f.Stream(object.Ref{Num: 1})
			require.NotNil(t, s)
			assert.True(t, strings.HasPrefix(string(s.Raw), "a 9 0 obj "))
		})
	}
}

func TestReferencesThatGoRound(t *testing.T) {
	f, err := object.Open([]byte("1 0 obj 2 0 R endobj 2 0 obj 1 0 R endobj"), budget)
	require.NoError(t, err)
	assert.Nil(t, f.Resolve(object.Ref{Num: 1}))
}

func TestTooManyObjects(t *testing.T) {
	f, err := object.Open([]byte("1 0 obj 1 endobj 2 0 obj["+strings.Repeat("1 ", 1<<17)+"]endobj"), budget)
	require.NoError(t, err)
	assert.True(t, f.Truncated)
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj<</A[1 2 0 R(x)<41>]>>stream\nx\nendstream endobj trailer<</Root 1 0 R/Encrypt 1 0 R>>"))
	f.Add([]byte("1 0 obj<</Type/ObjStm/N 2/First 8>>stream\n2 0 3 2 7 (a)endstream endobj"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := object.Open(data, budget)
		if err != nil {
			return
		}
		for i := range file.Definitions {
			latest := file.Place(object.Ref{Num: file.Definitions[i].Num})
			if !file.Latest(latest) || latest < i {
				t.Fatalf("definition %d of object %d is later than the latest, %d", i, file.Definitions[i].Num, latest)
			}
			if s, ok := file.Definitions[i].Object.(*object.Stream); ok {
				if out, _, _ := file.Decode(s); len(out) > max(budget.Stream, len(data)) {
					t.Fatalf("a stream of %d bytes", len(out))
				}
			}
		}
	})
}
