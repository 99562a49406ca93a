"""The verbs on requests. Each locks the request first, so of two people at once one comes second and is told."""
