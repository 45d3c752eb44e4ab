package main

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// TestDocumentsInHistory deletes a PDF and a deck, commits ten times more, and
// wants them found with commit, author and the place in the document.
func TestDocumentsInHistory(t *testing.T) {
	r := newRepo(t)
	values := example.Expand("«account» «account» «account»", 11, nil).Want
	inPDF, inNotes, inPacked := values[0].Text, values[1].Text, values[2].Text
	r.commit("Ada", "README.md", "# Slides\n", "Start")
	pdfCommit := r.commit("Bob", "docs/audit.pdf", string(pdfOf("Nothing on this page", "The AWS account is "+inPDF)), "Add the audit")
	deckCommit := r.commit("Cem", "docs/deck.pptx", string(deckOf(t, "Our platform", "say that the AWS account is "+inNotes)), "Add the deck")
	packed := zipOf(t, "talks/deck.pptx", string(deckOf(t, "AWS account "+inPacked, "nothing")))
	packedCommit := r.commit("Dee", "docs/talks.zip", string(packed), "Pack the talks")
	r.git("rm", "-q", "docs/audit.pdf", "docs/deck.pptx", "docs/talks.zip")
	r.git("commit", "-q", "-m", "No documents here")
	for i := range 10 {
		r.commit("Ada", "README.md", fmt.Sprintf("# Slides\n\nRevision %d\n", i), "Revise")
	}
	r.git("repack", "-adfq")

	out, errs, code := r.deputy("scan", "--history-only", "--format", "json", "--show-secrets")
	require.Equal(t, exitFindings, code, errs)
	d := parse(t, out)
	assert.Empty(t, d.Unexamined)
	got := map[string]string{}
	for _, f := range d.Findings {
		require.NotNil(t, f.First)
		got[f.Secret] = fmt.Sprintf("%s|%s %s %s head=%v", f.Path, f.Place, f.First.Commit, f.First.Author, f.InHead)
	}
	assert.Equal(t, map[string]string{
		inPDF:    "docs/audit.pdf|page 2 " + pdfCommit + " Bob head=false",
		inNotes:  "docs/deck.pptx|slide 1, notes " + deckCommit + " Cem head=false",
		inPacked: "docs/talks.zip|slide 1 " + packedCommit + " Dee head=false",
	}, got)
	assert.Contains(t, out, `"inside":["ppt/notesSlides/notesSlide1.xml"]`)
	assert.Contains(t, out, `"inside":["talks/deck.pptx","ppt/slides/slide1.xml"]`)

	text, _, _ := r.deputy("scan", "--history-only", "--color", "never")
	assert.Contains(t, text, "docs/audit.pdf  page 2, only in history")
}

// pdfOf makes a PDF with a page for each text, compressed as everybody does.
func pdfOf(pages ...string) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	b.WriteString("%PDF-1.4\n")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 4+2*i)
	}
	object("<</Type/Catalog/Pages 2 0 R>>")
	object(fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(pages)))
	object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
	for i, text := range pages {
		object(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", 5+2*i))
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		fmt.Fprintf(w, "BT /F1 12 Tf 72 700 Td (%s) Tj ET", text)
		w.Close()
		object(fmt.Sprintf("<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream", z.Len(), z.String()))
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}

// deckOf makes a presentation of one slide with speaker notes.
func deckOf(t *testing.T, slide, notes string) []byte {
	const head, relation = `<?xml version="1.0" encoding="UTF-8"?>`, `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	rels := func(kind, target string) string {
		return head + `<Relationships><Relationship Id="rId1" Type="` + relation + kind + `" Target="` + target + `"/></Relationships>`
	}
	return zipOf(t,
		"[Content_Types].xml", head+`<Types/>`,
		"_rels/.rels", rels("officeDocument", "ppt/presentation.xml"),
		"ppt/presentation.xml", head+`<p:presentation><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels", rels("slide", "slides/slide1.xml"),
		"ppt/slides/slide1.xml", head+`<p:sld><a:p><a:r><a:t>`+slide+`</a:t></a:r></a:p></p:sld>`,
		"ppt/slides/_rels/slide1.xml.rels", rels("notesSlide", "../notesSlides/notesSlide1.xml"),
		"ppt/notesSlides/notesSlide1.xml", head+`<p:notes><a:p><a:r><a:t>`+notes[:len(notes)-5]+`</a:t></a:r><a:r><a:t>`+notes[len(notes)-5:]+`</a:t></a:r></a:p></p:notes>`,
	)
}

// zipOf packs files: names and contents in turn.
func zipOf(t *testing.T, files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		require.NoError(t, err)
		_, err = f.Write([]byte(files[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}
