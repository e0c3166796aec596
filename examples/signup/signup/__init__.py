"""A sign-up and purchase service that sends its calls to Customer.io through a durable outbox."""
