package store

func TestSign(t *testing.T) {
	creds := credentials.NewStaticCredentials("AKID", "SECRET", "SESSION")
	want := "‹hex:64›"
	if got := sign(creds); got != want {
		t.Errorf("got %s", got)
	}
}
