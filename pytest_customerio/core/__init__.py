"""The nouns, the settings, the data files, the decoder of payloads, and what of a payload may be shown."""
