sudo tailscale up --authkey=«tailscale-token/tailscale-key» --hostname ci-runner
