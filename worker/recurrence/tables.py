"""The index's tables, as SQL: SQLite's full-text search beside what it leaves out."""

VERSION = 2
"""Another number, and every index is made anew from the mirror."""

CREATE = (
    """
    create table reports (
        id integer primary key, uid text not null unique, key text not null, project text not null,
        created real not null, reporter text not null, type text not null, title text not null, prose text not null,
        code text not null, signatures text not null, platforms text not null,
        closed real, resolution text not null default '', root integer not null
    ) strict
    """,
    "create index reports_key on reports (key)",
    "create index reports_root on reports (root)",
    # unicode61 folds case only: the words come taken apart already. Full detail is FTS5's default, named for clarity.
    """
    create virtual table words using fts5 (
        title, prose, code, content = 'reports', content_rowid = 'id', detail = full,
        tokenize = 'unicode61 remove_diacritics 0'
    )
    """,
    # How many reports hold a word or a signature; the one of the empty word is how many reports there are.
    "create table counts (term text primary key, reports integer not null) strict, without rowid",
    "create table signed (signature text, report integer, primary key (signature, report)) strict, without rowid",
    "create table about (name text primary key, value text not null) strict, without rowid",
)
SETTINGS = (
    "pragma journal_mode = wal",
    "pragma synchronous = normal",
    "pragma cache_size = -16000",  # KiB of memory, at most
    "pragma temp_store = memory",
)
COLUMNS = "uid, key, project, created, reporter, type, title, prose, code, signatures, platforms"

ADD = f"""
    insert into reports ({COLUMNS}, root)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (select coalesce(max(id), 0) + 1 from reports)) returning id
"""  # noqa: S608 - names of our own
CHANGE = f"update reports set ({COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) where id = ?"  # noqa: S608 - names of our own
FIND = f"select id, {COLUMNS} from reports where uid = ?"  # noqa: S608 - names of our own
LOAD = f"""
    select r.id, {COLUMNS}, closed, resolution, root,
           (select count(*) from (select 1 from reports m where m.root = r.root limit 20)),
           (select f.uid from reports f where f.id = r.root)
    from reports r where r.id in (select value from json_each(?)) and r.created <= ? and r.uid <> ? order by r.id
"""  # noqa: S608 - names of our own
PUT_WORDS = "insert into words (rowid, title, prose, code) values (?, ?, ?, ?)"
DROP_WORDS = "insert into words (words, rowid, title, prose, code) values ('delete', ?, ?, ?, ?)"
COUNT = """
    insert into counts (term, reports) values (?, ?)
    on conflict (term) do update set reports = reports + excluded.reports
"""
UNCOUNT = "delete from counts where term = ? and reports <= 0 and term <> ''"
UNSIGN = "delete from signed where signature = ? and report = ?"
COUNTED = "select term, reports from counts where term in (select value from json_each(?))"
MATCH = """
    select words.rowid, -rank from words cross join reports r on r.id = words.rowid
    where words match ? and rank match 'bm25(4.0, 1.0, 0.5)' and r.created <= ? and r.uid <> ?
    order by rank limit ?
"""
SIGNED = "select report from signed where signature = ? limit ?"
NAMED = "select id from reports where key in (select value from json_each(?))"
STAND = """
    update reports set closed = ?, resolution = ?
    where uid = ? and (closed is distinct from ? or resolution <> ?)
"""
JOIN = "update reports set root = min(?, ?) where root in (?, ?) and root <> min(?, ?)"
STANDING = "select closed, resolution from reports where uid = ?"
ROOTS = "select root from reports where uid in (?, ?)"
KEEP = "insert into about (name, value) values (?, ?) on conflict (name) do update set value = excluded.value"
