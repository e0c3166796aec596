"""Reporting webhooks: tells an application what became of its messages, as Customer.io does."""
