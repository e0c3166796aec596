"""Time, while an error is replayed: waiting is instant and logged."""
