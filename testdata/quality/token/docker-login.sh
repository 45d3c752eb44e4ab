echo «dockerhub-token/docker-personal-access-token» | docker login -u ada --password-stdin
echo "$CR_PAT" | docker login ghcr.io -u ada --password-stdin
docker pull alpine@sha256:‹hex:64›
