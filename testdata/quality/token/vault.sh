export VAULT_ADDR=https://vault.acme.io
export VAULT_TOKEN=«vault-token/vault-service-token»
vault login -method=oidc
