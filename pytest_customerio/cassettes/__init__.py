"""Recorded answers: files, error cases, successes, recordings of tests. vcrpy lives here."""
