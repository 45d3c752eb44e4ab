public static class Storage
{
    const string Connection = "DefaultEndpointsProtocol=https;AccountName=prodmedia;AccountKey=«accountkey»;EndpointSuffix=core.windows.net";
}
