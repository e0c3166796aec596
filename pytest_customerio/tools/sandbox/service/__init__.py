"""A local Customer.io without its network: it takes a request, decides how it is answered, and logs it."""
