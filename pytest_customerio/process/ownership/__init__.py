"""Which test each thread, task and item of a queue belongs to."""
