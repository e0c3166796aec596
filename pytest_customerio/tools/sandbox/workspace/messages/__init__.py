"""Messages of a workspace, and the reporting webhooks that are told of them."""
