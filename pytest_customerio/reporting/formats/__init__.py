"""The formats of reports: each makes one text of the results."""
