"""Mocks and fakes that a test hands to the application: what they stand for is read from the code that calls them."""
