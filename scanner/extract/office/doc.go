// Package office reads the documents of Microsoft Office since 2007 (OOXML: docx,
// xlsx, pptx, vsdx with their macro and template variants, and the binary xlsb)
// and of LibreOffice (ODF: odt, ods, odp, odg, and the flat forms fodt, fods,
// fodp).
//
// Both are zips of XML, and one walker reads all of them: a table says which
// elements are text, which separate, and which have a place. Inside a paragraph
// runs are transparent, since editors cut a number wherever the spelling checker
// or the cursor once stood.
//
// People find a value at the place that is told: "slide 7, notes", `sheet
// "Costs" cell C12`, "page 3" of a text if its last editor noted where pages end,
// else "paragraph 12". Read is also what does not show: speaker notes, comments,
// tracked deletions, hidden slides, rows and sheets, strings that no cell uses any
// more, alternative texts, field codes, defined names, properties, targets of
// links, cached values of charts and pivots, custom XML. Pictures and embedded
// documents are handed on with their place.
//
// Not read: documents with a password (they are compound files, see package
// legacy), and fonts.
package office
