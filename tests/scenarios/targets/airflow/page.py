"""Airflow's web page in a headless Chromium."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By

from scenarios.targets.airflow.environment import DAG

SCREEN: Final = {"width": 1400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
DEADLINE_S: Final = 60
NODE: Final = ".react-flow__node"

Found = TypeVar("Found")


class RunPage:
    """The page of one run of the DAG, with its graph."""

    def __init__(self, browser: Chrome, url: str, run: str) -> None:
        self._browser = browser
        browser.get(f"{url}/dags/{DAG}/runs/{run}")
        self._once(self._choose_graph)
        self._once(lambda: all("|" in text for text in self.tasks().values()))

    def tasks(self) -> Mapping[str, str]:
        """What each node of the graph says: the task's name, its kind and its state."""
        nodes = self._once(lambda: self._browser.find_elements(By.CSS_SELECTOR, NODE))
        return {str(node.get_attribute("data-id")): " | ".join(node.text.split("\n")) for node in nodes}

    def header(self) -> str:
        """The run's name and state."""
        cards = self._once(lambda: self._browser.find_elements(By.CSS_SELECTOR, "[data-testid='header-card']"))
        return "\n".join(card.text for card in cards)

    def photograph(self, path: Path) -> None:
        """As a PNG."""
        self._browser.save_screenshot(str(path))

    def _choose_graph(self) -> bool:
        self._browser.find_element(By.CSS_SELECTOR, "button[value='graph']").click()
        return True

    def _once(self, find: Callable[[], Found]) -> Found:
        """What is found once there is something; the page draws itself piece by piece, and anew."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                if found := find():
                    return found
            except WebDriverException:
                if time.monotonic() > deadline:
                    raise
            assert time.monotonic() < deadline, f"the page never showed it: {self._browser.current_url}"
            time.sleep(0.2)


@contextmanager
def open_browser() -> Iterator[Chrome]:
    """A headless Chromium; without one the test is skipped."""
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("chromedriver is not installed: requirements/apt-test.txt has it for Debian")
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    chrome = Chrome(options, ChromeService(driver))
    try:
        # The window's size would be that of the page and of the browser's own bars.
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SCREEN)
        yield chrome
    finally:
        chrome.quit()
