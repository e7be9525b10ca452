"""Gates at work: what they are judged by, how they stand, the tickets that tell of it."""
