// Package ocr reads the text of pictures with the tesseract program, if it is
// installed.
//
// Screenshots of consoles, terminals and slides have small letters in many
// colours on many backgrounds, which tesseract by itself reads badly. So a
// picture is scaled up, made dark on white tile by tile, and freed of the lines of
// tables; and lines that look like an ID or a key are cut out and read a second
// time, larger. What lies on its side is turned.
//
// A picture without anything like a line of letters is not given to tesseract:
// repositories are full of icons and photographs.
//
// The program runs with one thread, gets the picture through a pipe, and is
// killed with its context or with this process.
package ocr
