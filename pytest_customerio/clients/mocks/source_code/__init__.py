"""What the application's source code says of a name: it is read and never run."""
