"""What a tenant keeps: its table of things, and those with ways of their own."""
