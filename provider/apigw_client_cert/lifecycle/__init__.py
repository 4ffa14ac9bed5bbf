"""check, diff, create, read, update, delete on plain dicts: host-neutral, and no rule inside."""
