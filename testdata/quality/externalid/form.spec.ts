const schema = z.object({ role_arn: z.string(), external_id: z.string().optional() })
setValue(Fields.EXTERNAL_ID, externalId, { shouldValidate: true })
expect(form.externalId).toBe(session?.tenantId ?? "")
