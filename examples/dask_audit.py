#!/usr/bin/env python3
"""Audits more images than one machine should: the work of `dokimos.audit` on a Dask cluster.

    dask_audit.py images/ results/ --policy policy.yaml --scheduler tcp://scheduler:8786

`images/` holds Parquet files with a column `image` and, where there are any, `attestations`, `cluster`, `namespace` and
`service_account`. `results/` gets a Parquet file for each of them, with the columns of `dokimos.audit`. Without
`--scheduler` the cluster is made of processes on this machine. Exit codes: 0 every image may run, 1 some may not.

Needs dokimos[pandas] and dask[dataframe,distributed], on the workers too.
"""

import argparse
import sys
from datetime import datetime, timezone

import dask.dataframe as dd
import pandas as pd
from dask.distributed import Client, LocalCluster

import dokimos


def audit_part(part: pd.DataFrame, policy: dokimos.Policy, at: datetime) -> pd.DataFrame:
    """What a worker does with one part of the table. Dask gives each core a part, so one thread is enough."""
    own = "attestations" in part.columns
    return dokimos.audit(part, None if own else [], policy, at=at, workers=1).to_pandas()


def main() -> int:
    parser = argparse.ArgumentParser(description="Audits the images of Parquet files on a Dask cluster.")
    parser.add_argument("images", help="a folder of Parquet files")
    parser.add_argument("results", help="the folder for the results")
    parser.add_argument("--policy", required=True, help="the policy, in JSON or YAML")
    parser.add_argument("--scheduler", help="the address of a Dask scheduler")
    parser.add_argument("--workers", type=int, default=2, help="processes, where no scheduler is given")
    parser.add_argument("--at", type=datetime.fromisoformat, help="the time of the decisions (default: now)")
    options = parser.parse_args()

    # The policy is compiled here, so that a mistake in it is found before anything starts; workers get the document.
    policy = dokimos.Policy.from_file(options.policy)
    # One time for all parts, whenever each is worked on.
    at = options.at or datetime.now(timezone.utc)
    cluster = options.scheduler or LocalCluster(
        n_workers=options.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    )
    with Client(cluster) as client:
        images = dd.read_parquet(options.images)
        # The columns and types of a result are those of the audit of nothing.
        results = images.map_partitions(audit_part, policy, at, meta=audit_part(images._meta, policy, at))
        results.to_parquet(options.results, write_index=False)
        denied = int((~dd.read_parquet(options.results)["allowed"]).sum().compute())
        client.shutdown()
    print(f"{denied} images may not run")
    return 1 if denied else 0


if __name__ == "__main__":
    sys.exit(main())
