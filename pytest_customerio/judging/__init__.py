"""Was an error handled? The outcome, and one small function per rule."""
