package office

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// attributeNouns say what the value of an attribute is that a person can see or
// hear, or that an editor shows.
var attributeNouns = map[string]string{
	"descr": "alt text", "title": "alt text", "alt": "alt text", "string": "text effect",
	"instr": "field code", "tooltip": "link", "textpath": "text effect",
}

// formal are the attributes that name styles, fonts and shapes, or are made by
// editors for themselves.
var formal = map[string]bool{
	"style": true, "path": true, "gfxdata": true, "typeface": true, "panose": true, "ascii": true, "hAnsi": true, "eastAsia": true, "cs": true,
	"coordorigin": true, "coordsize": true, "points": true, "formatCode": true, "Requires": true, "Ignorable": true, "ProcessContent": true,
	"hash": true, "salt": true, "hashValue": true, "saltValue": true, "algorithmName": true, "cryptAlgorithmClass": true, "cryptProviderType": true,
	"prst": true, "sqref": true, "spans": true, "uid": true, "ContentType": true, "PartName": true, "Type": true, "lastIdx": true,
	"schemaLocation": true, "dT": true, "durableId": true, "paraId": true, "rsid": true, "F": true, "timestamp": true, "eqn": true, "adj": true,
	"type": true, "presId": true, "presName": true, "forName": true, "lc": true, "asciiTheme": true, "hAnsiTheme": true, "eastAsiaTheme": true,
	"fmla": true, "spid": true, "action": true, "xmlns": true, "prefixMappings": true, "FromCell": true, "ToCell": true, "color2": true,
	"styleName": true, "connectlocs": true, "chg": true, "nodeTypes": true, "creationId": true, "inset": true, "date": true,

	"style-name": true, "parent-style-name": true, "data-style-name": true, "master-page-name": true, "font-name": true,
	"presentation-style-name": true, "text-style-name": true, "list-style-name": true, "default-cell-style-name": true,
	"next-style-name": true, "page-layout-name": true, "font-family": true, "presentation-page-layout-name": true,
	"font-name-asian": true, "font-name-complex": true, "font-family-generic": true, "page-usage": true, "page-thumbnail": true,
	"enhanced-path": true, "text-areas": true, "viewBox": true, "d": true, "transform": true,
	"protection-key": true, "protection-key-digest-algorithm": true, "font-style-name": true, "end-cell-address": true,
}

// cells are the elements whose values come out as cells.
var cells = map[string]bool{"table-cell": true, "covered-table-cell": true, "change-track-table-cell": true, "Cell": true}

// cellValues are the attributes that hold them.
var cellValues = map[string]bool{"value": true, "string-value": true, "formula": true, "V": true}

// names are the attributes that say what the others of their element are about.
var names = map[string]bool{"name": true, "key": true, "label": true, "N": true, "displayName": true}

// role is what is known of an attribute by its name. A document has a million of
// them, so the tables above are looked up at once.
type role struct {
	noun                    string
	formal, cellValue, name bool
}

var roles = func() map[string]role {
	all := map[string]role{}
	for _, table := range []map[string]bool{formal, cellValues, names} {
		for key := range table {
			all[key] = role{formal: formal[key], cellValue: cellValues[key], name: names[key]}
		}
	}
	for key, noun := range attributeNouns {
		all[key] = role{noun: noun}
	}
	return all
}()

// attributes keeps what the attributes of an element say: alternative texts and
// the like by themselves, the others as one text, "AccountID: 1234…" where one of
// them names the others.
func (w *writer) attributes(t *tokens) {
	const least, longestName = 12, 100 // shorter values are no identifiers
	if len(t.attrs) < least {
		return
	}
	var label, text string
	t.eachAttr(func(key, value []byte) bool {
		known := roles[string(key)]
		switch {
		case known.noun != "":
			w.nearby(known.noun, string(t.decode(value)))
		case known.formal, known.cellValue && cells[string(t.name)]:
		case known.name && label == "" && len(value) < longestName:
			label = string(t.decode(value))
		case len(value) < least || !telling(value):
		case string(key) == "val" && !written[string(t.name)] && !hasDigit(value):
		default:
			v := string(t.decode(value))
			if string(key) == "value" {
				v = plainNumber(v)
			}
			text += string(key) + ": " + v + " "
		}
		return true
	})
	if text == "" && !longNumber.MatchString(label) {
		return
	}
	if label != "" {
		text = label + ": " + text
	}
	w.keep(aside{join(w.where(), "attributes"), strings.TrimSpace(text)})
}

// written are the elements of text documents whose values people write; those of
// others name styles and settings, and count only if they hold a digit.
var written = map[string]bool{"docVar": true, "tag": true, "alias": true, "default": true, "statusText": true, "helpText": true, "tblCaption": true, "tblDescription": true, "connectString": true, "query": true}

// longNumber is one that an editor does not number things with.
var longNumber = lazyregexp.New(`[0-9]{4}`)

func hasDigit(value []byte) bool { return bytes.ContainsAny(value, "0123456789") }

// boilerplate begins values that office documents are full of: names of schemas
// and of parts, and identifiers in braces.
var boilerplate = [][]byte{
	[]byte("{"), []byte("http://schemas."), []byte("http://purl.oclc.org/"), []byte("http://purl.org/dc/"), []byte("http://www.w3.org/"),
	[]byte("urn:schemas-"), []byte("urn:oasis:"), []byte("application/vnd."), []byte("http://openoffice.org/"), []byte("urn:org:documentfoundation:"),
	[]byte("Pictures/"), []byte("./Object"), []byte("ObjectReplacements/"),
}

func telling(value []byte) bool {
	for _, b := range boilerplate {
		if bytes.HasPrefix(value, b) {
			return false
		}
	}
	return true
}
