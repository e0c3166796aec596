"""Task queues: which jobs met an error, and whether each is to be run again, has failed, or has ended well."""
