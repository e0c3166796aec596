"""One test while it runs: its cases, its fixtures and its conclusion."""
