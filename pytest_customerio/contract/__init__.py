"""Finds which operation a request is, and judges its address, credentials and payload."""
