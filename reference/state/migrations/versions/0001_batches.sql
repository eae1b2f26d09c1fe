CREATE TABLE batches (
    topic_id     text    NOT NULL,
    table_name   text    NOT NULL,
    partition    integer NOT NULL,
    first_offset bigint  NOT NULL,
    end_offset   bigint  NOT NULL,
    rows         bigint  NOT NULL,
    bytes        bigint,
    files        text[],
    writer       text,
    decode_ns    bigint,
    write_ns     bigint,
    commit_ns    bigint,
    committed_ns bigint  NOT NULL,
    source       text    NOT NULL CHECK (source IN ('writer', 'snapshot')),
    PRIMARY KEY (topic_id, table_name, partition, first_offset)
);

COMMENT ON TABLE batches IS
    'One row for the range of each partition in each commit to a table of the lake. Written after the commit, for '
    'those who ask how fresh the lake is; the truth about offsets is in the tables'' own properties.';
COMMENT ON COLUMN batches.end_offset IS 'The first offset that is not in the range; offsets inside it may be gaps.';
COMMENT ON COLUMN batches.rows IS 'Rows of this partition that the commit added to this table; may be 0.';
COMMENT ON COLUMN batches.bytes IS
    'Size of all files of the commit: repeated on each of its ranges, so do not add it up over partitions.';
COMMENT ON COLUMN batches.files IS 'All files of the commit: repeated on each of its ranges. Null: not known.';
COMMENT ON COLUMN batches.decode_ns IS 'How long it took to decode the whole batch, in nanoseconds. Null: not known.';
COMMENT ON COLUMN batches.write_ns IS 'How long it took to write the files of the commit. Null: not known.';
COMMENT ON COLUMN batches.commit_ns IS 'How long the commit took, refused tries included. Null: not known.';
COMMENT ON COLUMN batches.committed_ns IS 'UTC nanoseconds, by the clock of the writer: when the commit had landed.';
COMMENT ON COLUMN batches.source IS
    'writer: entered by who made the commit. snapshot: filled in later from the snapshot, whose time is a little '
    'before the commit landed and in milliseconds.';

CREATE INDEX batches_by_time ON batches (committed_ns);
