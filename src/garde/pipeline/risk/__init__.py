"""Risk in the pipeline: what people say of it, and the whole fleet judged from what the store holds."""
