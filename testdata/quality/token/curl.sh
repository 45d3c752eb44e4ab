curl -H "Authorization: Basic «basic»" https://api.acme.io/v1/orders
curl -u "$USER:$PASS" https://api.acme.io/v1/orders
curl -H "Authorization: Basic dXNlcjpwYXNz" http://localhost:8080
