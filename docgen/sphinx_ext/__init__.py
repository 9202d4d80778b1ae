"""docgen in Sphinx: directives and roles that fetch values by name, and make text nodes of them."""
