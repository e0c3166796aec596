"""One module for each HTTP client, SDK or mock library: it hears what is sent, and answers it."""
