const signing = { kty: 'EC', crv: 'P-256', x: '‹base64url:43›', y: '‹base64url:43›', d: '«jwk:32»' }
const verify = { kty: 'EC', crv: 'P-256', x: '‹base64url:43›', y: '‹base64url:43›', d: undefined }
const shape = z.object({ kty: z.literal('RSA'), n: z.string(), d: z.string().optional() })
