// Package cfb reads and writes the compound file binary format, a small file
// system in a file ([MS-CFB]): storages hold storages and streams. It is what
// Word, Excel, PowerPoint and Outlook wrote until 2003, what encrypted OOXML lies
// in, and what embedded objects and macros are wrapped in to this day.
//
// A sector belongs to one stream only: the first that claims it. So all streams
// together are never longer than the file, however their chains are knotted, and
// what no stream claims is known: it is where deleted streams lie. A stream whose
// chain breaks is read as far as it goes. A reader that refuses the whole
// container for one broken chain (such as richardlehane/mscfb, which is sound
// against loops, but sets no bound on what streams share) would lose documents
// that Office repairs.
//
// [MS-CFB]: https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb
package cfb
