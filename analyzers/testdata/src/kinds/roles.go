package kinds

import "log"

// What is beside an External ID need not be called a role's ARN.
type assumeRequest struct {
	Action     string
	TargetRole string
	ExternalID string
}

func targetRole(in assumeRequest) {
	log.Println("assuming", in.TargetRole, in.ExternalID) // want `External ID logged`
	log.Println("assuming", in.TargetRole)
}

type launch struct {
	CloudFormationURL string
	ExternalID        string
}

func launched(in launch) {
	log.Println("redirected", in.ExternalID) // want `External ID logged`
	log.Println("redirected", in.CloudFormationURL)
}

// A member's role is what they may do.
type member struct {
	Email      string
	Role       string
	ExternalID string
}

func memberRole(in member) { log.Println("invited", in.Role, in.ExternalID) }
