export PULUMI_ACCESS_TOKEN=«pulumi-token/pulumi-access-token»
pulumi up --yes
