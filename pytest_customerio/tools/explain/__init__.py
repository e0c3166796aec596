"""The commands `errors` and `explain`: the catalogue of error cases, and pages about cases, rules and topics."""
