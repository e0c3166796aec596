"""Keeps what a sandbox knows in a file, so that it survives a restart; and takes snapshots of it."""
