"""The state of Garde in a database: SQLite on one machine, PostgreSQL on several.

Question: where do nouns and messages lie, and how are they found again?
Reference: DESIGN §5. Both adapters are one class over SQLAlchemy Core (`garde.store.sql`) with two ways to open it.
"""
