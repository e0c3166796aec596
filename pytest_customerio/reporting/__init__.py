"""Every sentence that a developer reads, and the reports."""
