"""The nouns: frozen records that every room of Garde speaks in.

Question: what does Garde know, and in which shape does it say so?
Reference: DESIGN §1 (eleven nouns, five mechanisms). Nothing here reads a clock, a file at run time or a socket,
except the two catalogues of this folder (attributes.toml, sources.toml), read once.
"""
