// Package onenote reads the sections of OneNote notebooks (.one) and their tables
// of contents (.onetoc2).
//
// A section keeps its history: every revision of every page lies in it. So its
// text is written as it stands in the file, each run on a line, whatever page and
// revision it belongs to; files and pictures on the pages go to whoever reads
// them ([MS-ONESTORE] 2.6.13).
//
// Text in scripts beyond Latin-1 is not read, and neither are sections with a
// password, whose text is not to be told from other bytes.
//
// [MS-ONESTORE]: https://learn.microsoft.com/openspecs/office_file_formats/ms-onestore
package onenote
