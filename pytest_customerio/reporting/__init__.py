"""Every sentence that a developer reads, the summary in the terminal, and the report files."""
