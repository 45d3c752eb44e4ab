describe('login', () => {
  const password = 'x9‹mixed:12›'
  expect(login({ password })).toBe(true)
})
item.password = _context3.sent;
