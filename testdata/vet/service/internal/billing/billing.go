// Package billing reports usage to the payment provider.
package billing

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"time"
)

// Subscription is the payment provider's view of a customer.
type Subscription struct {
	ID           string    `json:"id"`
	ExternalID   string    `json:"external_id"` // the customer's number with the provider
	AWSAccountID string    `json:"aws_account_id,omitempty"`
	Plan         string    `json:"plan"`
	RenewsAt     time.Time `json:"renews_at"`
}

// Payment is one of them.
type Payment struct {
	ExternalID string `json:"external_id"`
	Cents      int64  `json:"cents"`
	Currency   string `json:"currency"`
}

// Usage is reported each month.
type Usage struct {
	Subscription string
	Payments     []Payment
}

// Provider is the payment provider.
type Provider struct {
	url    string
	client *http.Client
}

// Report sends the usage of a month.
func (p *Provider) Report(ctx context.Context, u Usage) error {
	body, err := json.Marshal(u.Payments)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/usage/"+u.Subscription, bytes.NewReader(body)) // decoy: payments
	if err != nil {
		return err
	}
	res, err := p.client.Do(req)
	if err != nil {
		log.Printf("billing: payments %+v: %v", u.Payments, err) // decoy: payments
		return fmt.Errorf("report usage: %w", err)
	}
	return res.Body.Close()
}

// Find looks for a payment.
func (p *Provider) Find(payments []Payment, externalID string) (Payment, bool) {
	for _, pay := range payments {
		if pay.ExternalID == externalID {
			return pay, true
		}
	}
	log.Printf("billing: no payment %s", externalID) // decoy: a payment's
	return Payment{}, false
}
