$cred = New-Object PSCredential('«uuid»', (ConvertTo-SecureString '«clientsecret»' -AsPlainText -Force))
Connect-AzAccount -ServicePrincipal -Credential $cred -Tenant «uuid»
