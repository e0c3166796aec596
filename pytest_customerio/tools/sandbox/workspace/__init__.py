"""What a workspace knows: people, objects, segments, messages. Plain values without I/O."""
