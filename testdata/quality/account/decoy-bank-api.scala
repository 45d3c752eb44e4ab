  // the path, eg: /bank-api/v3/banks/‹word:6›.01.uk/accounts/‹account›
  val parts = path.split("/") // eg: Array("", v3, banks, ‹word:6›.01.uk, accounts, ‹account›)
  get("/v4.0.0/banks/BANK_ID/accounts/‹account›/owner/transactions")
