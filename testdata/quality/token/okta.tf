provider "okta" {
  org_name  = "nordlicht"
  base_url  = "okta.com"
  api_token = "«okta-token/okta-api-token»"
}
