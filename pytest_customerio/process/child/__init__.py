"""The folder that a Python process started by a test finds first: its `sitecustomize` refuses Customer.io there too."""
