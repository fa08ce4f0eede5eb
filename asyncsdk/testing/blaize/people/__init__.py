"""The tenant's users: who they are, how they are found, changed and exported."""
