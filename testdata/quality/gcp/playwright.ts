this.gcpProjectIdInput = page.getByRole("textbox", { name: "Project ID" });
this.gcpServiceAccountInput = page.getByRole("textbox", { name: "Service account" });
