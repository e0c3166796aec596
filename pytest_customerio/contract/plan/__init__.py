"""The tracking plan of a project (ini `cio_plan`): the schemas of its events, attributes and messages."""
