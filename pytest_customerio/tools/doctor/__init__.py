"""The command `doctor`: why nothing arrives; looks at variables, keys, region and people."""
