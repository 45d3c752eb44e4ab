// Package markup reads text formats whose bytes hide text: HTML, also as XML and in
// pieces, and SVG, where tags part a number that a browser shows as one, cells of a
// row stand lines apart and pictures stand as data: URIs;
// draw.io diagrams, whose pages are compressed; Jupyter notebooks, whose outputs
// hold pictures; and RTF, where control words part everything.
//
// All but RTF are matched as they stand, too, since that is where an editor finds
// a value. What is written here counts where the file does not show it: package
// scanner drops what both find. HTML is common and mostly hides nothing, so a
// glance decides whether to read it.
package markup
