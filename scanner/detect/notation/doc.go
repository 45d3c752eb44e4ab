// Package notation reads how texts write things down, whatever their language:
// where a name ends and the value that is given to it begins, where a word is
// cut off, and whether a value was generated or typed by a person who had none.
//
// One reader serves JSON, YAML, HCL, INI, shell, XML, Markdown tables and the
// usual programming languages, because detectors cannot know which of them they
// see: a window starts anywhere, and text is quoted in text. It therefore knows
// no grammar, only the few ways in which a name and its value stand together.
package notation
