"""Reports on paper: an HTML file printed by a real browser, and its blank fields as a form that can be filled in."""
