var user = scim.User{
	ID:         "‹uuid›",
	ExternalID: "‹uuid›",
	UserName:   "ada",
	Emails:     []scim.Email{{Value: "ada@example.com"}},
}
