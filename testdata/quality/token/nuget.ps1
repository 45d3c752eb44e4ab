dotnet nuget push .\bin\Release\Nordlicht.Core.1.4.2.nupkg -k «nuget-token/nuget-api-key» -s https://api.nuget.org/v3/index.json
