"""The interface for programs: REST over the same records, rights and messages as the pages."""
