target_url = "gcpubsub://cloud.google.com/projects/nordlicht/topics/test"
assert parse(target_url).project == "nordlicht"
