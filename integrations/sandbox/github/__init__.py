"""A small GitHub for the sandbox: a world to edit, and a face that serves it."""
