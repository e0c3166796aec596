"""Record what Customer.io answers: ask a sandbox, take out what is personal, write cassettes, play them again."""
