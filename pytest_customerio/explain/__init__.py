"""What the command says about errors, rules and topics."""
