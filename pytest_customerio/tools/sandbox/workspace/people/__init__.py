"""People, objects and segments of a workspace, and the log of what they did."""
