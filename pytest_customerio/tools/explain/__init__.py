"""The commands `errors` and `explain`: what is known about errors, rules and topics."""
