"""Numbers from outside: error budgets, satisfaction scores and their like, only ever read."""
