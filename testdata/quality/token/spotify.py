sp = spotipy.Spotify(auth_manager=SpotifyClientCredentials(client_id="‹hex:32›", client_secret="«social-secret/spotify-client-secret»"))
