"""What lies at rest: secrets, encrypted files and backups.

Question: what does somebody learn, or destroy unseen, who takes the disk?
Reference: NIST SP 800-38D (AES-GCM), SP 800-57 part 1 (a key that wraps keys); `garde.ports.Keys` is the one that
wraps.
"""
