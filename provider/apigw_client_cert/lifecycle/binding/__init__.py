"""A stage binding: its lifecycle, what it looks at before a move, and how a switch is verified."""
