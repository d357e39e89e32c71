"""Grids that come with Garde: one TOML file each, named by `garde.risk.grid`."""
