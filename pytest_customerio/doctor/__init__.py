"""Why nothing arrives: looks at variables, keys, region and people, and says what to do about each."""
