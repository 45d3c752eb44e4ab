provider "digitalocean" {
  token = "«digitalocean-token/digitalocean-personal-access-token»"
}
provider "cloudflare" {
  api_token = var.cloudflare_api_token
}
