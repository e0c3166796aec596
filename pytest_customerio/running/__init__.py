"""pytest's side: the session, the test, its phases, the options, xdist, unittest, the `cio` fixture."""
