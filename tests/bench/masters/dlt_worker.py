"""dlt as a process: pulls what it is told to, one line of JSON at a time, and says how long it took."""

from __future__ import annotations

import json
import os
import sys
import time

CREDENTIALS, FOLDER = sys.argv[1:]
os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "DLT_DATA_DIR": FOLDER}

import dlt  # noqa: E402 - it reads the environment when it is loaded
from dlt.sources.rest_api import rest_api_source  # noqa: E402


def source(base_url: str, strategy: str):
    paginator = {"type": "json_link", "next_url_path": "'@odata.nextLink'"}
    items = {
        "name": "items",
        "primary_key": "id",
        "write_disposition": {"disposition": "merge", "strategy": strategy},
        "endpoint": {"path": "companies(bench)/items", "data_selector": "value"},
    }
    return rest_api_source(
        {"client": {"base_url": f"{base_url}/", "paginator": paginator}, "resources": [items]}, name="bc"
    )


def pull(base_url: str, dataset: str, strategy: str) -> float:
    destination = dlt.destinations.postgres(CREDENTIALS)
    pipeline = dlt.pipeline(dataset, destination=destination, dataset_name=dataset)
    began = time.perf_counter()
    pipeline.run(source(base_url, strategy), loader_file_format="csv")
    return time.perf_counter() - began


answers = os.fdopen(os.dup(1), "w")  # what dlt itself prints must not mix with it
os.dup2(2, 1)
answers.write(json.dumps({"version": dlt.__version__}) + "\n")
answers.flush()
for line in sys.stdin:
    answers.write(json.dumps({"seconds": pull(**json.loads(line))}) + "\n")
    answers.flush()
