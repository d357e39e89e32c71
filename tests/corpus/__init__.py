"""Real captures, messages and files that nobody here wrote; used where present, never copied."""
