package kinds

import "log"

type answer struct {
	Body       map[string]string
	StatusCode int
}

// A type parameter whose types are one struct underneath is made as it is.
func answered[T ~struct {
	Body       map[string]string
	StatusCode int
}](status int, externalID, roleARN string) T {
	log.Print(externalID) // want `External ID logged`
	return T{Body: map[string]string{"external_id": externalID, "role_arn": roleARN}, StatusCode: status}
}

func answers(externalID, roleARN string) answer { return answered[answer](400, externalID, roleARN) }
