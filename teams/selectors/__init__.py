"""Questions about who is where. Always for a day or a period, in a constant number of queries."""
