"""Reads what the marks of each test ask for, before any test runs."""
