"""What Garde knows about kinds, makers, models and their traces: data with a schema, no code but its loader."""
