public class Client {
    private static final String ACCESS_KEY = "«aws-id:AKIA»";
    private static final String SECRET_KEY = "«aws-secret»";
    private final AmazonS3 s3 = new AmazonS3Client(new BasicAWSCredentials(ACCESS_KEY, SECRET_KEY));
}
