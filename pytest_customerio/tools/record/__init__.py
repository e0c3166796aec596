"""The command `record` and the option `--cio-record`: ask a target, scrub the answers, write cassettes."""
