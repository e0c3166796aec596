"""What is shared by the whole process: patches, the network guard, virtual time, and the test that each thread or task
belongs to.
"""
