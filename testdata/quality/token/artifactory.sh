curl -H "X-JFrog-Art-Api: «jfrog-token/artifactory-api-key»" -T build.zip "https://nordlicht.jfrog.io/artifactory/generic/build.zip"
