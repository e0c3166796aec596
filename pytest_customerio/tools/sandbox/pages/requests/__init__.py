"""Logged requests on the pages: found, shown beside the contract, and copied as other text."""
