environment {
    SNYK_TOKEN = credentials('‹uuid›')
    HEROKU_API_KEY = credentials("‹uuid›")
    SNYK_TOKEN_OF_OLD = '«snyk-token/snyk-api-token»'
}
