"""The package schema of the plugin: built from the property definitions, committed, and compared by a test."""
