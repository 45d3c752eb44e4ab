// Package archive opens what packs other files: zip (also as jar, war, whl,
// apk, epub and the like), tar, 7z, rar, ar (Debian's packages), cpio and RPM's
// packages, and the compressions gzip, bzip2, xz, lzma, zstd, lz4 and bare zlib (also git's loose objects). Archives are found behind
// something else, too: a zip behind anything, since it is known by its end, the others
// behind programs and scripts, see [Behind].
//
// It writes no text itself. Every member goes to [extract.Output.Embed] under its
// name, to be read by whoever reads its format. A compressed file is what it
// holds: it adds nothing to the way to a member, so that a value in a .tar.gz is
// "in etc/app.env".
//
// Tar and the compressions are streamed, so they may be of any length; zip, 7z
// and rar are held in memory, since they are read from their end or in solid
// blocks. Names of members are told to people and never used as paths: nothing
// is written anywhere.
//
// Not read: what needs a password, volumes of a split archive beyond the first, and the
// methods of zip that have gone out of use, and PPMd: rows name the cipher or the method.
package archive
