"""Which call of the API a request is, and whether its payload keeps its promises."""
