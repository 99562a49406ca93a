"""What the first screens show, each put together in a constant number of queries."""
