PROJECT_ID = "10042"
project_key = "OPS"
url = f"https://jira.example.com/rest/api/2/project/{PROJECT_ID}"
sentry_project_id = 4501234567890123
