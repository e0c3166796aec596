"""Recordings of tests: what is scrubbed from them, how a request finds its answer in one, and how one is played."""
