"""Findings: their rules, the site's policy, and their life from first judgement to closing evidence."""
