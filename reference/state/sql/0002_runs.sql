CREATE TABLE runs (
    id         text PRIMARY KEY,
    scenario   text NOT NULL,
    target     text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    outcome    text,
    record     jsonb
);

COMMENT ON TABLE runs IS 'One row for each run of a scenario; ended_at and outcome are null while it is under way.';
COMMENT ON COLUMN runs.record IS 'The run as run.json has it.';
