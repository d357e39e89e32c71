"""Nouns of risk: what people say a device matters, the matrix they sign, what is done about a risk."""
