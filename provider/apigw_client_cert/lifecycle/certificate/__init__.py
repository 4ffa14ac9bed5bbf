"""A rotating certificate: its lifecycle, what it adopts, and what it looks at before anything is made."""
