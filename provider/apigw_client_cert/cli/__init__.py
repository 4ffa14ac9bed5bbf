"""What a person at a terminal asks for; read-only."""
