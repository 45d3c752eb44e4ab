package settings

// Vault is for every secret of the house.
type Vault interface {
	Decrypt(ciphertext string) (string, error)
}

// Ptr is for every text.
func Ptr(s string) *string { return &s }
