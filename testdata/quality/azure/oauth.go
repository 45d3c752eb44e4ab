var conf = oauth2.Config{
	ClientID:     "«client»",
	ClientSecret: "«clientsecret»",
	Endpoint: oauth2.Endpoint{
		TokenURL: "https://login.microsoftonline.com/«tenant»/oauth2/v2.0/token",
	},
}
