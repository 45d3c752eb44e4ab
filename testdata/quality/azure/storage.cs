public static class Storage
{
    const string Connection = "DefaultEndpointsProtocol=https;AccountName=prodmedia;AccountKey=«key:64»;EndpointSuffix=core.windows.net";
}
