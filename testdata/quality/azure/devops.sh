git clone https://build:«pat»@dev.azure.com/acme/shop/_git/shop
curl -u :$SYSTEM_ACCESSTOKEN https://dev.azure.com/acme/_apis/projects
