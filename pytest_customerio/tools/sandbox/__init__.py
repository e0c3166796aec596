"""A local Customer.io: it accepts what an application sends, stores it, and answers as the service does.

`workspace` is what it stores, `api` what each call does, `service` how a request is answered, `server` the network,
`inbox` the page for people.
"""
