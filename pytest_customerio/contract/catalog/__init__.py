"""Which call is this? Reads the catalogue of operations, and finds the one at an address."""
