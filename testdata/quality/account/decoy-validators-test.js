describe('validators', () => {
  it('should validate identity cards of live and test persons', () => {
    test({
      validator: 'isIdentityCard',
      args: ['LK'],
      valid: [
        '‹digits:12›',
        '‹digits:12›',
        '‹digits:12›',
      ],
      invalid: ['‹digits:9›', '+‹digits:12›'],
    });
  });
});
