"""The command `drift`: ask again and compare; published documents; cassettes that nobody uses."""
