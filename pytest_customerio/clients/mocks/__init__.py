"""Hear Customer.io's SDKs, and the clients beneath them, through `unittest.mock`.

A mock that stands for a class or function of theirs is called as ever; what it was called with is noted, and judged
when the test's call phase is over.
"""
