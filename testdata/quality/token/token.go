func newToken() (string, error) {
	token := make([]byte, 32)
	if _, err := rand.Read(token); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return hex.EncodeToString(token), nil
}
