// Package widetext reads text of sixteen bits a character in files that are nothing else we
// know: the literals of .NET programs, the resources of Windows', names in .DS_Store and in
// keystores, shortcuts, hives of the registry, event logs.
//
// Text of eight bits in such files is matched as it stands, and so are texts that are UTF-16
// from end to end. Here the runs within are written, a line each, at the place "byte 1234",
// if one of them at least is as long as an identifier.
//
// Not read: characters beyond Latin-1, which end a run.
package widetext
