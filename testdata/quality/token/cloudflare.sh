curl -s "https://api.cloudflare.com/client/v4/zones/‹hex:32›/purge_cache" \
  -H "X-Auth-Email: ops@nordlicht.io" \
  -H "X-Auth-Key: «cloudflare-token/cloudflare-global-api-key-of-the-older-form»" \
  --data '{"purge_everything":true}'
