"""Gates at work: what they are judged by, how they stand, what tells of it on the trackers, and waivers."""
