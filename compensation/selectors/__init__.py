"""Questions about pay: plans in force, what a month is made of, what it comes to, where it stands."""
