package main

import "github.com/deputy-sec/deputy/internal/bytesize"

// size is a flag for a number of bytes.
type size int64

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	n, err := bytesize.Parse(text)
	if err == nil {
		*s = size(n)
	}
	return err
}

// String implements pflag.Value.
func (s *size) String() string { return bytesize.Format(int64(*s)) }

// Type implements pflag.Value.
func (s *size) Type() string { return "SIZE" }
