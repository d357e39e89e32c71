"""Pages of risk: the matrix and what is decided in it, the roadmap, and the documents that scores rest on."""
