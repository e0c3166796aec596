"""Recordings of tests: what is taken out of them, how a request finds its answer in one, and how one is played."""
