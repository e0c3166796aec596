"""The sandbox on the network: sockets, TLS and the HTTP server."""
