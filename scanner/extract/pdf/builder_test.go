package pdf_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// file is a PDF that a test makes, by the objects it holds.
type file struct {
	objects map[int]string
	trailer string
	table   bool // write a cross-reference table
}

// streamOf makes a stream of data.
func streamOf(data, entries string) string {
	return fmt.Sprintf("<</Length %d %s>>\nstream\n%s\nendstream", len(data), entries, data)
}

const helvetica = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"

// onePage returns a file of one page (object 3) with a content (4) and a font
// (F1, 5).
func onePage(content string) *file {
	return &file{
		objects: map[int]string{
			1: "<</Type/Catalog/Pages 2 0 R>>",
			2: "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
			4: streamOf(content, ""),
			5: helvetica,
		},
		trailer: "/Root 1 0 R",
		table:   true,
	}
}

// with sets objects.
func (f *file) with(num int, object string) *file {
	f.objects[num] = object
	return f
}

// page puts entries into the page's dictionary, catalog into the catalog's.
func (f *file) page(entries string) *file {
	return f.with(3, strings.TrimSuffix(f.objects[3], ">>")+entries+">>")
}

func (f *file) catalog(entries string) *file {
	return f.with(1, strings.TrimSuffix(f.objects[1], ">>")+entries+">>")
}

// bytes writes the file.
func (f *file) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := map[int]int{}
	numbers := slices.Sorted(maps.Keys(f.objects))
	for _, num := range numbers {
		at[num] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", num, f.objects[num])
	}
	size := numbers[len(numbers)-1] + 1
	start := b.Len()
	if f.table {
		fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", size)
		for num := 1; num < size; num++ {
			if at[num] == 0 {
				b.WriteString("0000000000 00000 f \n")
				continue
			}
			fmt.Fprintf(&b, "%010d 00000 n \n", at[num])
		}
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d %s>>\nstartxref\n%d\n%%%%EOF\n", size, f.trailer, start)
	return b.Bytes()
}

// update appends a revision.
func update(content []byte, objects map[int]string) []byte {
	b := bytes.NewBuffer(slices.Clone(content))
	start := b.Len()
	for _, num := range slices.Sorted(maps.Keys(objects)) {
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", num, objects[num])
	}
	fmt.Fprintf(b, "trailer\n<</Size 1000/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}
