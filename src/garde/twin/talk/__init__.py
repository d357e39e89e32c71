"""Talk: what the twin's devices say, one file per family of protocols.

Question: which bytes does each protocol put on the wire?
Each function yields frames ``(nanoseconds since 1970, bytes)`` or returns the turns of a TCP dialogue for
`garde.twin.tcp.converse`. Nothing here reads what it writes, and nothing is shared with `garde.dissect`.
"""
