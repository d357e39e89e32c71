"""Probing: the few packets that Garde sends, each asked for, each allowed, each counted."""
