var conf = oauth2.Config{
	ClientID:     "«uuid»",
	ClientSecret: "«clientsecret»",
	Endpoint: oauth2.Endpoint{
		TokenURL: "https://login.microsoftonline.com/«uuid»/oauth2/v2.0/token",
	},
}
