"""How values look: numbers, figures, pages. jinja2 and matplotlib live here."""
