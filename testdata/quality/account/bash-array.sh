#!/bin/sh
# every account of the organisation
ACCOUNTS="
«account»
«account»
«account»
"
for a in $ACCOUNTS; do
  aws sts assume-role --role-arn "arn:aws:iam::$a:role/audit" --role-session-name audit
done
