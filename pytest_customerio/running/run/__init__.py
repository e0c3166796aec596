"""One pytest run: its options, mistakes, notes, end, and what it knows of all tests."""
