"""What is noted of a test besides the verdicts on its requests."""
