"""Takes a request, decides how it is answered, and logs it; all without the network."""
