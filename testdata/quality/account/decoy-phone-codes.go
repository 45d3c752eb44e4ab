package sms

// message as the provider of the account wants it
const body = `{
  "from": "‹digits:12›",
  "to": [ "‹digits:12›" ],
  "body": "hi"
}`
