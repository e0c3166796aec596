"""One request as it was received, and the log of all of them."""
