Airtable('app‹base62:14›', 'Orders', api_key='«airtable-token/airtable-personal-access-token»')
