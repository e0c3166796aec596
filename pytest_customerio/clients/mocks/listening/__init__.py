"""Hears the calls of mocks, fakes and SDKs, and has each answered as ever."""
