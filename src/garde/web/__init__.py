"""The pages: server-rendered, complete without scripts, in French and English.

Question: what does a person see and do?
Reference: DESIGN §8. `garde.web.site` builds the application; a screen is ``pages/<screen>.py`` and
``templates/<screen>.html``.
"""
