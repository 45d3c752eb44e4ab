curl -u ada@acme.io:«atlassian-token/atlassian-api-token» https://acme.atlassian.net/rest/api/3/myself
