"""One module per client or mock library: it hears what the client sends, and answers it."""
