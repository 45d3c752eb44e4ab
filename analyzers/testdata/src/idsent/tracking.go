package idsent

import segment "gopkg.in/segmentio/analytics-go.v3"

// onboardingStep has no role beside it: what it is redirected to says AWS.
type onboardingStep struct {
	Step              string `json:"step"`
	CloudFormationURL string `json:"cloudformation_url"`
	ExternalID        string `json:"external_id"`
}

// A product's analytics are another company's database.
func tracked(c segment.Client, user string, step onboardingStep) {
	props := segment.Properties{"step": step.Step}
	c.Enqueue(segment.Track{UserId: user, Event: "redirected", Properties: props})
	props["external_id"] = step.ExternalID
	c.Enqueue(segment.Track{UserId: user, Event: "redirected", Properties: props}) // want `External ID sent`
}

// trackable is what a project's own analytics take.
type trackable interface {
	name() string
	properties() segment.Properties
}

type redirected struct{ props segment.Properties }

func (r *redirected) name() string { return "redirected" }

func (r *redirected) properties() segment.Properties { return r.props }

func newRedirected(step onboardingStep) trackable {
	return &redirected{segment.Properties{"external_id": step.ExternalID}}
}

type started struct{ step string }

func (s *started) name() string { return s.step }

func (s *started) properties() segment.Properties { return segment.Properties{"step": s.step} }

type tracker struct{ segment.Client }

func (t *tracker) count(what trackable) { t.Enqueue(segment.Track{Event: what.name()}) }

func (t *tracker) track(what trackable) { t.Enqueue(segment.Track{Properties: what.properties()}) }

func trackedBehindAnInterface(t *tracker, step onboardingStep) {
	t.track(newRedirected(step)) // want `External ID sent`
	t.track(&started{step.Step})
	t.count(newRedirected(step))
}

// A contact's ID in somebody's CRM is no External ID, whatever it is sent to.
type contact struct {
	Email      string
	ExternalID string
}

func trackedContact(c segment.Client, in contact) {
	c.Enqueue(segment.Track{UserId: in.ExternalID, Properties: segment.Properties{"external_id": in.ExternalID}})
}
