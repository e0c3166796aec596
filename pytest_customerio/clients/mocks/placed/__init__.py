"""Mocks and fakes that were put in the place of something known, by `patch`, `monkeypatch` or an assignment."""
