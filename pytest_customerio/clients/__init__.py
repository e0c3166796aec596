"""One module for each client or mock library: it hears what the client sends, and answers it."""
