GITLAB = "https://gitlab.com/api/v4/projects/‹digits:8›/repository/files"
sonar = {"sonar.projectKey": "nordlicht_shop", "project_id": "‹digits:5›"}
