"""Makes the calls of mocks and fakes on the real thing: after the test, unsent, or at once where an error is met."""
