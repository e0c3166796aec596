"""What has changed since it was written down: recorded answers, the published documents, cassettes in use."""
