import * as cdk from 'aws-cdk-lib';
import { NetworkStack } from '../lib/network-stack';

const app = new cdk.App();

const STAGES: Record<string, cdk.Environment> = {
  beta: { account: '«account»', region: 'us-west-2' },
  gamma: { account: '«account»', region: 'us-west-2' },
  prod: { region: 'eu-central-1', account: '«account»' },
};

for (const [stage, env] of Object.entries(STAGES)) {
  new NetworkStack(app, `network-${stage}`, { env, maxEntries: 274877906944 });
}
bucket.grantRead(new iam.AccountPrincipal('«account»'));
