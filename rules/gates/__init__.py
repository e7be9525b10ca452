"""Gates: what feature work, refactoring and releases wait for, and when they open again."""
