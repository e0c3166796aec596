"""The baseline of a project: its file, what a run changes in it, and what the run says about it."""
