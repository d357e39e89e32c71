"""Zones: who may talk to whom, learnt from what flows, tried before it is enforced, and where a device belongs."""
