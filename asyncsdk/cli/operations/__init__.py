"""Commands made from a client's operations: its methods' signatures and docstrings, read when a group is used."""
