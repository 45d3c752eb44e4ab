class QueueMessageChannelTest {
  // numbers of every sort travel through Amazon SQS
  void sendsNumbers() {
    BigInteger big = new BigInteger("‹account›");
    Long parsed = Long.parseLong("‹account›");
    var account = new AwsAccount("«account»");
    AmazonSQS amazonSqs = mock(AmazonSQS.class);
  }
}
