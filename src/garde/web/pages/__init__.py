"""One file per screen: a frozen page record, the function that builds it, and its routes.

Question: what is on this screen, and which of it do JSON and CSV share?
"""
