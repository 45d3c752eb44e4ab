mapboxgl.accessToken = 'pk.eyJ1Ijoibm9yZGxpY2h0IiwiYSI6ImNr‹base62:21›In0.‹base64url:22›'
