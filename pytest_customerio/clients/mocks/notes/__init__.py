"""The calls of mocks and fakes in one test, with their arguments as they were."""
