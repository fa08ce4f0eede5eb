"""What a request and an answer are: URLs, bodies, replies, error bodies, what of them may be shown, clocks."""
