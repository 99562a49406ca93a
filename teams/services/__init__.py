"""What is done to units, people and postings."""
