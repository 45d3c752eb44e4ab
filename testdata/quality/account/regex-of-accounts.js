// layers that we publish, see https://docs.aws.amazon.com/lambda/
const ours = /(?:«account»|«account»):layer:sls-/u;
