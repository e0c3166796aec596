"""The nouns, the settings, the data files, the decoder of payloads, and what may be shown of a payload."""
