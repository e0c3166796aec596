"""What is shared by the whole process: patches, the network guard, threads and tasks and whose they are."""
