"""The crash matrix: scenarios x seams x faults. A seam is a commit of a database or a request; a pass tells its own."""
