"""One error case at work: which request meets it, what each attempt is answered, what was observed."""
