$cred = New-Object PSCredential('«client»', (ConvertTo-SecureString '«clientsecret»' -AsPlainText -Force))
Connect-AzAccount -ServicePrincipal -Credential $cred -Tenant «tenant»
