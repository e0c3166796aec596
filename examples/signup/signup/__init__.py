"""A sign-up and purchase service that tells Customer.io through a durable outbox."""
