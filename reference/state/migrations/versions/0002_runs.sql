CREATE TABLE runs (
    id         text PRIMARY KEY,
    scenario   text NOT NULL,
    target     text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz NOT NULL,
    outcome    text NOT NULL,
    record     jsonb NOT NULL
);

COMMENT ON TABLE runs IS 'One row for each run of a scenario that came to its end.';
COMMENT ON COLUMN runs.record IS 'The run as run.json has it.';
