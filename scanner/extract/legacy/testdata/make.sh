#!/bin/sh
# Makes the documents here with LibreOffice (7.4), from flat ODF: one value, with a
# word before it that says where it stands.
set -e
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/writer.fodt" <<'XML'
<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"><office:meta><dc:title>T 123456789012</dc:title><dc:description>123456789012</dc:description><meta:user-defined meta:name="acct">123456789012</meta:user-defined></office:meta>
<office:automatic-styles><style:page-layout style:name="pm"/></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pm"><style:header><text:p>Header 123456789012</text:p></style:header><style:footer><text:p>Footer 123456789012</text:p></style:footer></style:master-page></office:master-styles>
<office:body><office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>a</dc:creator><dc:date>2020-01-01T00:00:00</dc:date></office:change-info><text:p>deleted 123456789012</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p>Account <text:span>12345</text:span>6789012<text:change text:change-id="c1"/> x</text:p>
<text:p>Note<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>foot 123456789012</text:p></text:note-body></text:note><office:annotation><dc:creator>a</dc:creator><text:p>comment 123456789012</text:p></office:annotation><text:note text:note-class="endnote"><text:note-citation>i</text:note-citation><text:note-body><text:p>end 123456789012</text:p></text:note-body></text:note></text:p>
<text:p><text:a xlink:type="simple" xlink:href="https://123456789012.example/">link</text:a></text:p>
<text:p>1234‑5678‑9012</text:p>
<table:table table:name="t"><table:table-column table:number-columns-repeated="2"/><table:table-row><table:table-cell><text:p>prod</text:p></table:table-cell><table:table-cell><text:p>123456789012</text:p></table:table-cell></table:table-row></table:table>
<text:p><draw:frame text:anchor-type="paragraph" svg:width="5cm" svg:height="1cm"><draw:text-box><text:p>box 123456789012</text:p></draw:text-box></draw:frame>Größe Ж 123456789012</text:p>
</office:text></office:body></office:document>
XML
soffice --headless --convert-to doc --outdir . "$tmp/writer.fodt" >/dev/null
cat >"$tmp/calc.fods" <<'XML'
<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:meta><dc:title>T 123456789012</dc:title><dc:description>123456789012</dc:description><meta:user-defined meta:name="acct">123456789012</meta:user-defined></office:meta>
<office:automatic-styles><number:number-style style:name="n12"><number:number number:decimal-places="0" number:min-integer-digits="12"/></number:number-style><style:style style:name="ce1" style:family="table-cell" style:data-style-name="n12"/><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="Costs"><table:table-row><table:table-cell office:value-type="string"><text:p>acct 123456789012</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="123456789012"><text:p/></table:table-cell><table:table-cell table:style-name="ce1" office:value-type="float" office:value="12345678901"><text:p/></table:table-cell><table:table-cell office:value-type="string"><office:annotation><dc:creator>a</dc:creator><text:p>note 123456789012</text:p></office:annotation><text:p>x</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p><text:a xlink:href="https://123456789012.example/">l</text:a></text:p></table:table-cell></table:table-row></table:table>
<table:table table:name="Hid" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="string"><text:p>hid 123456789012</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document>
XML
soffice --headless --convert-to xls --outdir . "$tmp/calc.fods" >/dev/null
