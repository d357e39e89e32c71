"""Notify: what leaves Garde to tell somebody, in each form that a peer reads, and the ways to carry it there."""
