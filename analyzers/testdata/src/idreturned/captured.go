package idreturned

import (
	"encoding/json"
	"net/http"
	"slices"
)

// What a loop's body writes to an encoder that stands outside of it is in the response.
func streamed(w http.ResponseWriter, r *http.Request, all []link) {
	enc := json.NewEncoder(w)
	for l := range slices.Values(all) {
		enc.Encode(l.ID)
		enc.Encode(l) // want `External ID returned`
	}
	func() { enc.Encode(all) }() // want `External ID returned`
	func() { enc.Encode(all[0].public()) }()
}
