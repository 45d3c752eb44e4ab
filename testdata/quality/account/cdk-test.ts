import { Template } from 'aws-cdk-lib/assertions';

test('creates the assets bucket', () => {
  const stack = new Stack(app, 'S', { env: { account: '«account=a»', region: 'eu-west-1' } });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::S3::Bucket', {
    BucketName: 'cdk-hnb659fds-assets-«=a»-eu-west-1',
  });
  expect(stack.resolve(stack.account)).toEqual('«=a»');
  expect(stack.templateOptions.metadata!.requestId).toBe('‹uuid›');
});
