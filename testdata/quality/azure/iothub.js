const connectionString = 'HostName=shop.azure-devices.net;DeviceId=door-1;SharedAccessKey=«sharedkey»'
