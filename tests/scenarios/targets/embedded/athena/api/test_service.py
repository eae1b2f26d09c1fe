"""Statements from their start to their result, asked for as clients do, over HTTP."""

from tests.scenarios.targets.embedded.athena.api.conftest import OUTPUT, Athena


def test_a_query_gives_its_names_and_rows(athena: Athena) -> None:
    rows = athena.rows("SELECT x, y AS \"Y\" FROM (VALUES (1, 'a'), (2, NULL)) t(x, y)")
    assert rows == [["x", "Y"], ["1", "a"], ["2", None]]


def test_the_result_is_a_file_of_quoted_values(athena: Athena) -> None:
    execution = athena.run("SELECT 1 AS a, 'say \"x\"' AS b, NULL AS c")
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"{OUTPUT}{execution['QueryExecutionId']}.csv"
    assert athena.object(location) == b'"a","b","c"\n"1","say ""x""",\n'
    assert athena.object(f"{location}.metadata")
