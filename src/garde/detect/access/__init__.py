"""Threats to accounts: guessed, default and readable credentials, remote control."""
