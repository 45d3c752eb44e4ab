// Package unread knows by their first bytes the formats whose content is compressed, encoded or
// encrypted and that nobody here reads, so that a file of them is a row under its name: archives
// and compressions that went out of use, images of disks, databases and dumps, books, films and
// sound. (Pictures are scanner/extract/image's, also those that are not read.)
//
// What is stored as it is, such as programs, is no row: the strings in it are matched as they
// stand. Fonts are none either, since they hold the shapes of letters, nor are icons, which are too small
// for text.
//
// The test goes through the formats of a list that others keep, and wants a verdict on each.
package unread
