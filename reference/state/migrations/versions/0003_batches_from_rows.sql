ALTER TABLE batches DROP CONSTRAINT batches_source_check;
ALTER TABLE batches ADD CONSTRAINT batches_source_check CHECK (source IN ('writer', 'snapshot', 'rows'));

COMMENT ON COLUMN batches.source IS
    'writer: entered by who made the commit. snapshot: filled in later from the snapshot, whose time is a little '
    'before the commit landed and in milliseconds. rows: made again from the rows after their snapshot was expired; '
    'the time is that of the youngest file, so that of the last compaction if there was one.';
