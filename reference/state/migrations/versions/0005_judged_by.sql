ALTER TABLE days ADD COLUMN judged_by text NOT NULL DEFAULT '';

COMMENT ON TABLE days IS
    'One row for each day of purchase and each of its generations (see the markers in the silver bucket) that the rules '
    'were put to. Of a generation that was checked several times, the last: all had the same rules and found the same, '
    'for a check with other rules opens a generation of its own.';
COMMENT ON COLUMN days.judged_by IS
    'Hash of the rules, and of the share above which a day is held. Empty: checked before this was noted.';
