"""Detectors: from signals and turns of flows to threats; one file per detector, pure, bounded."""
