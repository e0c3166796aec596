"""A local Customer.io: it accepts what an application sends, stores it, and answers as the service does.

Its folders, each of which imports only from those before it: `workspace` is what it knows, `requests` one request and
the log of all, `webhooks` what it posts, `api` what each call does, `user_files` what a user supplies, `storage` the
data file, `answering` how a request is answered, `pages` what people see, `routes` the addresses of its own, `server`
the network.
"""
