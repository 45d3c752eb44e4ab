// Package crm keeps contacts in step with the sales department's system, which has
// external IDs of its own.
package crm

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/google/uuid"
)

// Contact is a person.
type Contact struct {
	Email      string `json:"email"`
	Name       string `json:"name"`
	ExternalID string `json:"external_id"`
}

// Client speaks to the CRM.
type Client struct {
	base string
	http *http.Client
}

// New makes a client.
func New(base string) *Client { return &Client{base: base, http: http.DefaultClient} }

// Push creates or changes a contact.
func (c *Client) Push(ctx context.Context, contact Contact) error {
	if contact.ExternalID == "" {
		contact.ExternalID = uuid.NewString()
	}
	slog.Info("pushing contact", "email", contact.Email, "external_id", contact.ExternalID) // decoy: a contact's
	url := fmt.Sprintf("%s/contacts/%s", c.base, contact.ExternalID)
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, nil) // decoy: a contact's
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("push contact: %w", err)
	}
	return res.Body.Close()
}

// Hook takes what the CRM sends.
func (c *Client) Hook(w http.ResponseWriter, r *http.Request) {
	var contact Contact
	if err := json.NewDecoder(r.Body).Decode(&contact); err != nil { // decoy: a contact's
		http.Error(w, "bad contact", http.StatusBadRequest)
		return
	}
	if err := c.Push(r.Context(), contact); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	_ = json.NewEncoder(w).Encode(contact) // decoy: a contact's
}
