"""What a mock or a fake may stand for: the real classes and functions of Customer.io's SDKs and of the clients."""
