"""What the application logs, prints and warns of."""
