BUILDKITE_API_TOKEN = "«buildkite-token/buildkite-api-token»"
BUILD = "‹uuid›"
