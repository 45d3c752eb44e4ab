// Package terminal reads recordings of terminals: asciinema's casts of versions 1 to 3
// (https://docs.asciinema.org/manual/asciicast/v3/) and the typescripts of script(1). A value that
// was typed letter by letter is one event a letter there, and what was typed wrongly stands
// beside what was meant; a person sees the lines that the terminal showed.
//
// They are matched as they stand, too. What is written here are the lines as they were when they
// ended, were written over or wiped away, the place of each letter being the line of the recording
// that wrote it. What was typed is a text of its own, if it was recorded. Where on the screen a
// program put a text is not followed, only that it is another line.
package terminal
