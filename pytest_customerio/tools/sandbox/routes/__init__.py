"""The addresses of the sandbox's own: its pages, its JSON API, and what guards both."""
