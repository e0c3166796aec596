"""The command `check`: judges payloads and requests in files, outside pytest."""
