"""The HTTP clients: each module hears one client, or answers it where no mock does."""
