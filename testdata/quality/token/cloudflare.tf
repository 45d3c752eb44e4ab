provider "cloudflare" {
  api_token = "«cloudflare-token/cloudflare-api-token-of-the-older-form»"
}

resource "cloudflare_record" "www" {
  zone_id = "‹hex:32›"
  name    = "www"
}
