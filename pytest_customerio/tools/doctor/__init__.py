"""The command `doctor`: checks variables, keys, region and a person, where requests do not arrive."""
