"""Keys that sign and wrap, by where they are kept: a file, a passphrase, a security module.

Question: where does the key of this installation lie, and who can use it?
Reference: `garde.ports.Keys`; each adapter names its standard. Only `garde.app` knows them.
"""
