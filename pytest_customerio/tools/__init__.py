"""The commands: errors, explain, sandbox, record, drift, doctor."""
