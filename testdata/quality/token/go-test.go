func TestSanitize(t *testing.T) {
	assert.Equal(t, "https://user:***@github.com/x/y", Sanitize("https://user:secret123@github.com/x/y"))
	assert.Equal(t, "ghp_****", Mask("ghp_"+strings.Repeat("a", 36)))
}
