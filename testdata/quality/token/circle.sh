curl -X POST -H "Circle-Token: «circleci-token/circleci-token-of-the-older-form»" \
  https://circleci.com/api/v2/project/gh/nordlicht/shop/pipeline
