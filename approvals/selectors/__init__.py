"""Who is asked, and what waits for whom."""
