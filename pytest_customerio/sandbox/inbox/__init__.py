"""The page on which people see what their application sent."""
