#!/usr/bin/env bash
set -euo pipefail
ACCOUNT=«account»
DEV_ACCT='«account»'
case "$1" in
  prod) account_id="«account»" ;;
  *)    account_id="«account»" ;;
esac
STAMP=$(date +%Y%m%d%H%M)   # e.g. 202407081530
aws ec2 modify-image-attribute --image-id ami-‹hex:17› --launch-permission "Add=[{UserId=«account»}]"
aws organizations describe-account --account-id «account»
aws s3 cp build.zip s3://acme-artifacts-«account»/build.zip
dd if=/dev/zero of=/tmp/x bs=1 count=0 seek=‹digits:11›
