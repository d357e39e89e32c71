"""Playbooks as TOML: one file for each kind of threat."""
