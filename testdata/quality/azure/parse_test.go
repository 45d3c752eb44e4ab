{
	Input: "/subscriptions/12345678-1234-9876-4563-123456789012/resourceGroups/resGroup1/providers/Microsoft.Web/sites/site1",
	Error: false,
},
{
	Input: "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/resGroup1",
},
