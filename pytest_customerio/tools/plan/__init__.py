"""The command `plan`: shows, writes, widens, imports and exports the tracking plan of a project."""
