const node = { id: "1", externalId: "o-abc123def4", parentExternalId: null, type: "aws_organization" }
const unit = { id: "2", externalId: "ou-abc123", parentExternalId: "o-abc123def4" }
