ZENDESK_API_TOKEN = '«saas-token/zendesk-api-token»'
TICKET = ‹digits:7›
