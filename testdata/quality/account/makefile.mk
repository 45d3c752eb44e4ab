AWS_ACCOUNT_ID ?= «account»
AWS_REGION     ?= us-west-2
ECR             = $(AWS_ACCOUNT_ID).dkr.ecr.$(AWS_REGION).amazonaws.com
VERSION        := 202404031022

login:
	aws ecr get-login-password --region $(AWS_REGION) | docker login --username AWS --password-stdin «account».dkr.ecr.us-west-2.amazonaws.com
