"""The sandbox on the network: sockets, TLS, the HTTP server, and the sandbox's own JSON API."""
