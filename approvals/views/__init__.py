"""Requests: what waits for me, mine, done; one request with its verbs; who decides for me."""
