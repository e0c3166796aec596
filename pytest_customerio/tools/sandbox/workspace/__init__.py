"""What a workspace knows. Plain values without I/O."""
