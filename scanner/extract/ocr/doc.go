// Package ocr reads the text of pictures with the tesseract program, if it is
// installed.
//
// Screenshots of consoles, terminals and slides have small letters in many
// colours on many backgrounds, between the lines of tables and on buttons, which
// tesseract by itself reads badly. So it is given no such thing: we find the
// pieces of lines ourselves, as what stands close together at one height, and set
// them on a sheet, one under the other, black on white and all in the size that it
// likes best. A picture is tried as it stands, by half a turn, and on its side; what is
// transparent on white and on black.
//
// What may be an identifier by the shapes of its letters is read first ([candidate]): digits
// and capitals are a chain of one height. The rest of a picture is read if something came
// out of that; what looks like an ID or a key is then set and read again with another size
// and smoothness. So words alone, such as a password beside nothing else, are not read.
//
// A picture without anything like a line of letters is not given to tesseract:
// repositories are full of icons and photographs. Of what has much that looks so, a
// sample is read first, and the rest if that was text; what is not read is told.
//
// To start the program costs as much as to read four hundred letters, so on Linux one
// that runs is given sheet after sheet, for one picture as for the next, in memory that
// it shares with us; elsewhere it runs once a reading and gets the sheets through a pipe.
// It has one thread, and is killed with its context or with this process.
package ocr
