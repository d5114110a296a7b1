-- Pages of a list's entries, newest first; and how many count now, read from the index alone.
CREATE INDEX list_entries_of_list ON list_entries (list, id);
CREATE INDEX list_entries_in_time ON list_entries (list, until_at, from_at);
