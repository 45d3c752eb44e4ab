// Package finding holds the words every other room uses: what a rule is, what
// a finding is made of, and how a secret is carried without ever being printed
// by accident. It is a leaf and imports nothing of ours.
package finding
