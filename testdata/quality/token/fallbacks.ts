const key = process.env.DD_API_KEY || '«datadog-key/datadog-api-key»';
const token = process.env.BITLY_TOKEN ?? "«saas-token/bitly-access-token»";
export const auth0Secret = env("AUTH0_SECRET", "«auth0-secret/auth0-client-secret»");
const other = process.env.DD_API_KEY || process.env.DATADOG_KEY;
