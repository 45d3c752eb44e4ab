func TestTopic(t *testing.T) {
	client, err := pubsub.NewClient(ctx, "test-project")
	require.NoError(t, err)
	require.Equal(t, "projects/test-project/topics/orders", client.Topic("orders").String())
}
