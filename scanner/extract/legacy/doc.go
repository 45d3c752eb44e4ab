// Package legacy reads documents in compound files: Word 6 to 2003 (.doc), Excel 5
// to 2003 (.xls), PowerPoint 97 to 2003 (.ppt), Outlook messages (.msg), the
// objects that are embedded in all of them and in OOXML (oleObject.bin), macros
// (vbaProject.bin), and what else lies in such a container: drawings of Visio,
// Publisher documents, installers.
//
// Where people find things: a sheet and its cell, a slide and its notes; a .doc
// knows no pages, so its places are "footnote", "comment" and the like, and
// "paragraph 12" for the text itself, where a cell of a table is a paragraph. Streams that no reader explains give their
// printable runs, with the name of the stream as the part, and so do sectors that
// belong to nothing: Office leaves what was deleted there.
//
// Also read: rows and slides that an incremental save superseded, text of a .doc
// that no piece of it shows any more, field codes, hidden sheets and slides,
// document properties, hyperlinks, literals in formulas, pictures (to whoever
// reads pictures).
//
// Not read: what is encrypted, which is said, except for workbooks (.xlsx, too)
// under the password that Excel itself uses; the text of formulas beyond their
// literals; Word before version 6 and PowerPoint before 97, beyond their printable
// runs.
//
// The formats are those of [MS-DOC], [MS-XLS], [MS-PPT], [MS-OXMSG], [MS-OLEPS],
// [MS-OLEDS], [MS-OVBA] and [MS-ODRAW] at
// https://learn.microsoft.com/openspecs/office_file_formats.
package legacy
