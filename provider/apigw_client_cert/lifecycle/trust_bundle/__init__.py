"""A trust bundle: its lifecycle, its targets, and who presents what it would withdraw."""
