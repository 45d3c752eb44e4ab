var request = new AssumeRoleRequest
{
    RoleArn = roleArn,
    RoleSessionName = "billing",
    ExternalId = "«uuid»",
};
