"""Threats in file sharing: exploits of SMB 1, worms, ransomware, remote execution."""
