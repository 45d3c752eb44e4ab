class MessageChannelTest {
  // Amazon SNS sends numbers as strings
  double doubleValue = 1234.56;
  float floatValue = 1234.56f;
  BigInteger bigIntegerValue = new BigInteger("‹account›");
  BigDecimal bigDecimalValue = new BigDecimal("‹digits:7›");
  long longValue = ‹digits:9›L;
  AmazonSNS amazonSns = mock(AmazonSNS.class);
}
