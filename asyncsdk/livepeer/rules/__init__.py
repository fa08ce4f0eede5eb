"""What this service asks of a client beyond the calls themselves: pure functions, and what a client remembers."""
