"""A run's verdicts as JUnit XML, the form that CI systems show."""

from xml.etree import ElementTree as ET

from reports.record import RunRecord


def junit_xml(record: RunRecord) -> str:
    """One suite, a test case a verdict; what could not be judged is skipped, with the reason."""
    seconds = (record.ended_at - record.started_at).total_seconds()
    counts = {
        "tests": len(record.verdicts),
        "failures": sum(verdict.passed is False for verdict in record.verdicts),
        "skipped": sum(verdict.passed is None for verdict in record.verdicts),
    }
    suite = ET.Element(
        "testsuite",
        {"name": f"keystone.{record.scenario}", "id": record.id, "time": f"{seconds:.3f}"}
        | {name: str(count) for name, count in counts.items()},
    )
    for verdict in record.verdicts:
        case = ET.SubElement(suite, "testcase", {"classname": f"keystone.{record.scenario}", "name": verdict.name})
        text = f"observed {verdict.observed}, expected {verdict.expected}"
        if verdict.passed is None:
            ET.SubElement(case, "skipped", {"message": text})
        elif not verdict.passed:
            ET.SubElement(case, "failure", {"message": text})
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
