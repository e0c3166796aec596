"""Connects everything to pytest: the session, the test, its phases, the options, xdist, unittest, the `cio` fixture."""
