"""Published OpenAPI documents: compares what they say of each call with our contracts."""
