"""Was an error handled well? Values in, values out."""
