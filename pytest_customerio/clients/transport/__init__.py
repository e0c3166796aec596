"""What the clients share beneath them: bytes, bodies, sockets and faults of a network in memory."""
