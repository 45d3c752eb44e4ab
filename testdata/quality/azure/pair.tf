      settings = templatefile("${path.module}/logging.yml", {
          client_id = "«client»",
          tenant_id = "«tenant»"
      })
