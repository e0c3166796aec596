"""The page that shows what an application sent."""
