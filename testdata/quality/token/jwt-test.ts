it('rejects a token of another issuer', () => {
  const token = '‹jwt:HS256/test›'
  expect(() => verify(token)).toThrow()
})
