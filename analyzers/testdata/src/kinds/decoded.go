package kinds

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
)

// A body with an External ID in it is as secret as that; the rest of the request is not.

func decodedFirst(w http.ResponseWriter, r *http.Request) {
	var in integration
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return
	}
	log.Println("updating", r.PathValue("id"), "by", r.Header.Get("X-Request-Id"), r.URL.Path)
	log.Println("updating", in.ID)
	log.Println("updating", in) // want `External ID logged`
	func() { log.Println("updated", r.PathValue("id")) }()
}

func readFirst(w http.ResponseWriter, r *http.Request) {
	var in integration
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &in) != nil {
		return
	}
	log.Println("updating", r.PathValue("id"), r.FormValue("region"))
	log.Println("updating", string(body)) // want `External ID logged`
}
