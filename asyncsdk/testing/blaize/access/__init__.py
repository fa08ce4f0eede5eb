"""Who may come in, and what users may use: signatures, administrators, sessions, grants, decisions."""
