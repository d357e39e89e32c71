"""Monitor: what is usual, what is silent, what fails, what will fail, and which one thing caused it all."""
