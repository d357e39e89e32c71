"""Plain Python twins of compiled code: slow, obvious, and written from the standards rather than from the code."""
