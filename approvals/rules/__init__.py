"""How the engine decides: seats and votes, which verb is whose and when, working time. Pure."""
