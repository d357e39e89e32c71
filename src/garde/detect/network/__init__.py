"""Threats that any protocol may carry: scans, lateral movement, beacons, tunnels, spoofing."""
