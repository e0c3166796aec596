"""Does a payload keep its schema? Reads, bundles and applies JSON Schemas."""
