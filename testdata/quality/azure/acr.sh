docker login shop.azurecr.io -u shop -p «registry»
docker login ghcr.io -u ada --password-stdin
