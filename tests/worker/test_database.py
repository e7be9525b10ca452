"""The database is made, brought up to date, kept private, and refused when it cannot be believed."""


def test_a_new_database_is_fresh(database):
    """A database in which no run ever ended fine may be a lost one."""
    assert database.fresh
