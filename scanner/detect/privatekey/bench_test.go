package privatekey

import (
	"strings"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
)

func BenchmarkDetect(b *testing.B) {
	set := detect.NewSet(New())
	for name, text := range map[string]string{
		"headers named in code": strings.Repeat("if bytes.Contains(b, []byte(\""+rsaBegin+"\")) { return nil }\n", 1<<13),
		"a file full of keys":   strings.Repeat(pemText("rsa")+"\n", 1<<9),
		"no trigger":            strings.Repeat("return fmt.Errorf(\"reading %s: %w\", name, err)\n", 1<<14),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				set.Scan([]byte(text), detect.Text{}, func(detect.Hit) {})
			}
		})
	}
}
