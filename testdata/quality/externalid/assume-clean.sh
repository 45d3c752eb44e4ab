#!/bin/sh
aws sts assume-role \
  --role-arn "$ROLE_ARN" \
  --role-session-name sync \
  --external-id "$EXTERNAL_ID"
aws sts assume-role --role-arn x --external-id <your-external-id>
