// Package pdf reads PDF documents: what a person sees on the pages, what only a
// program sees, and what an editor believed to have removed.
//
// Read are, and found at
//
//	page 3                          the text of the page, annotations as they look
//	page 3, form field account      values, names, choices; "page 3, annotation", "page 3, link"
//	outline, document information, XMP metadata, JavaScript, form data (XFA), alternate text,
//	file name, names, hidden entry  every other string of every object, with its key where nothing else says what it is
//	page 3, earlier revision        what an incremental save superseded; also "page outside of the page tree"
//	drawing that no page shows      content that nothing refers to
//	attachment                      attached files, under their names, each read in its own format
//	image on page 3                 pictures, to be read by who reads pictures
//
// White and invisible text, text behind boxes and outside of the page, text on
// hidden layers: all of it is text of its page.
//
// A page is read in two ways (see package layout). The second is a text of its
// own and is written only for pages where it has a word that the first has not.
//
// The rooms: object reads objects without a cross-reference table, filter and
// crypt undo what they are wrapped in, font turns codes into characters, content
// runs drawings, layout makes lines, shape reads glyphs that have no meaning.
//
// # A second opinion
//
// github.com/ledongthuc/pdf reads objects through the cross-reference table. It
// is asked for documents in which nothing was found, since another reader may
// stumble elsewhere. It is not asked first: on sound files both give the same
// objects; on damaged ones it gives up where the table is wrong; it reads no LZW,
// no RunLength, no AES-256; of earlier revisions it knows nothing. And it
// believes what a file says of its own size, so that it is kept from files in
// which a number exceeds what they can hold.
//
// # Limits
//
// Not read: documents that need a password or a certificate (reported as
// encrypted), pictures in JBIG2 and JPEG 2000 (reported), text drawn as outlines.
// Fonts that nowhere say what their glyphs are are read by the look of these, in
// Latin typefaces; glyphs that look like nothing known are U+FFFD in the text, and
// a page of many is reported. Bounds on memory and time are constants of this
// package.
package pdf
