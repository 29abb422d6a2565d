"""HTTP, pages and the command line; it knows no rule."""
