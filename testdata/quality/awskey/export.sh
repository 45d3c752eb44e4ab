#!/bin/bash
export AWS_ACCESS_KEY_ID=«aws-id:AKIA»
export AWS_SECRET_ACCESS_KEY=«aws-secret»
export AWS_DEFAULT_REGION=us-east-1
aws s3 sync build/ s3://site
