"""Recorded answers: asks for each again, and compares the new answer with the recorded one."""
