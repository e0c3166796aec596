"""Leads requests to Customer.io past the user's HTTP mocks while an error case is at work.

The client's own engine runs then, with its retries, down to our answer. Where the case does not answer an attempt, the
mock answers it as ever.
"""
