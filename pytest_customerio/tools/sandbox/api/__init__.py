"""What each call of Customer.io's API does to a workspace: one module for each API, and a folder for the App API."""
