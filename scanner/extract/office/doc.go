// Package office reads the documents of Microsoft Office since 2007 (OOXML: docx,
// xlsx, pptx, vsdx with their macro and template variants, and the binary xlsb)
// and of LibreOffice (ODF: odt, ods, odp, odg and their templates), and what both
// write in a single XML file (fodt, fods, fodp; Word's "XML Document").
//
// Zips of XML all, they are read by one tokenizer, and tables say which elements
// are text, which separate, and which have a place. Inside a paragraph runs are
// transparent, since editors cut a number wherever the spelling checker or the
// cursor once stood. Rows come out as lines, their cells parted by tabs, under
// the names of their columns.
//
// People find a value at the place that is told: "slide 7, notes", `sheet
// "Costs" cell C12`, "paragraph 12" or "table 2, row 3" of a text, "comment",
// "header", "image on slide 4". Read is also what does not show: speaker notes,
// comments, tracked deletions, hidden slides, rows and sheets, strings that no
// cell uses any more, alternative texts, field codes, formulas, defined names,
// properties, targets of links, cached values of charts and pivots, connections,
// custom XML. Numbers come out as they are shown and, where that differs, as they
// are stored. Pictures, macros and embedded documents are handed on with their
// place.
//
// Limits: documents with a password are compound files (see package legacy);
// fonts and printer settings hold no text; of an xlsb, what its records hold
// besides cells and comments is read as runs of characters.
package office
