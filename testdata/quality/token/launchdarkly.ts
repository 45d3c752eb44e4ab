const client = LaunchDarkly.init('«launchdarkly-key/launchdarkly-sdk-key»')
export const clientSideId = '‹hex:24›'
