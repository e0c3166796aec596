"""Reads files piece by piece, and returns each entry of them."""
