// Package image reads pictures: png, jpeg, gif, webp, bmp and tiff.
//
// What cameras, editors and screenshot tools write beside the pixels is always
// read: EXIF, XMP, IPTC, comments and PNG's texts, at the place "metadata". A
// draw.io diagram in a PNG, and whatever follows behind the end of a picture, are
// handed on as documents.
//
// The text in the pixels is read by package ocr if tesseract is installed. A
// picture that could hold text and cannot be read is told; one without anything
// like a line of letters is not, or every icon would be a row. A photograph is
// turned as its Exif says. Of an animated gif the first and the last frame are
// read, of a tiff up to 50 pages; an animated webp is told as not read.
//
// AVIF, HEIC, JPEG 2000, JPEG XL, JPEG XR and JBIG2 are told by their names: what decodes
// them in Go alone is either as large as a tenth of this program or hardly kept.
package image
