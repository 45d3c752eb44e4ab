Aws::AssumeRoleCredentials.new(client: sts, role_arn: ENV['ROLE'], role_session_name: 'x', external_id: '«aws-random:26»')
sts.assume_role({ role_arn: "arnType", external_id: "externalIdType", serial_number: "serialNumberType" })
