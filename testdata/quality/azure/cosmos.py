client = CosmosClient(
    "https://shop.documents.azure.com:443/",
    credential="«marked:ACDb»",
)
