"""The sentences of failures, skips, warnings and the summary."""
