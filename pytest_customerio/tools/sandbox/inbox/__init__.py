"""The page on which people see what an application sent."""
