// Package interp interprets the functions of a package over an abstract heap.
//
//	engine    the package: callees first, round by round, until summaries stand still
//	frame     one function: registers, blocks, what a read finds
//	exec      instructions, and at the end what the function did as a summary
//	call      calls: known ones by summary, function values, the unknown
//	transfer  calls that a table knows
//	sink      what arrives where it matters
//	handler   functions that frameworks call, what they are given and what they return
//	interceptors  what interceptors see of the messages of all methods
//	types     what types say of a value: which parts carry a source, what is shown of it
//
// These files are one package: what a call does depends on summaries, a summary on
// the instructions of a function, and those on its calls. Interfaces between them would
// cost a dynamic call for each instruction, and separate nothing.
package interp
