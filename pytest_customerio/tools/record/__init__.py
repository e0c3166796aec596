"""The command `record` and the option `--cio-record`: ask a target, scrub, write cassettes."""
