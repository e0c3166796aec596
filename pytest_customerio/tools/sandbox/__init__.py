"""A local Customer.io: it takes what an application sends, keeps it, and answers as the service does."""
