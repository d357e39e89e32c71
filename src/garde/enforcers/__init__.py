"""Enforcers: the agents that change a gateway or a switch, and can always put back what was there."""
