"""Many clients at random against real servers, and not one event lost, doubled or out of order.

python -m storms.storm                                     20 seeds on SQLite with one server
python -m storms.storm --kills 5                           the server killed five times in between
python -m storms.storm --scaled-out                        PostgreSQL, Redis, two servers
python -m storms.storm --scaled-out --outages 4            and Redis killed, or stopped, four times
python -m storms.storm --doorbell silent                   no hint ever comes (or: unreliable)

Exit code 1 when anything was amiss; each seed has its line, and each fault one.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from storms.gateways import gateways
from storms.postgres import database_at, own_postgres
from storms.redis_server import RedisServer, own_redis
from storms.weather import Plan, Storm, Verdict

FAULTS_SHOWN = 20


@contextmanager
def surroundings(asked: argparse.Namespace) -> Iterator[tuple[dict[str, str], RedisServer | None]]:
    """The servers' environment, and the Redis that is ours to kill."""
    env: dict[str, str] = {}
    redis = None
    with ExitStack() as stack:
        if asked.database:
            env["DATABASE_URL"] = stack.enter_context(database_at(asked.database))
        elif asked.scaled_out:
            env["DATABASE_URL"] = stack.enter_context(own_postgres())
        if asked.redis:
            env["REDIS_URL"] = asked.redis
        elif asked.scaled_out:
            redis = stack.enter_context(own_redis())
            env["REDIS_URL"] = redis.url
        if asked.doorbell:
            env.update(DJANGO_SETTINGS_MODULE="storms.settings", STORM_DOORBELL=asked.doorbell)
        yield env, redis


def run_one(asked: argparse.Namespace, seed: int) -> Verdict:
    trouble = {"kills": asked.kills, "restarts": asked.restarts, "outages": asked.outages}
    plan = Plan(asked.clients, asked.rate, asked.seconds, **trouble)
    with tempfile.TemporaryDirectory(prefix="storm-") as folder, surroundings(asked) as (env, redis):
        count = asked.servers or (2 if asked.scaled_out else 1)
        with gateways(Path(folder), count, server=asked.server, env=env) as running:
            try:
                return asyncio.run(Storm(plan, running, seed, redis).run())
            finally:
                if asked.keep:
                    Path(asked.keep).write_text(running.log)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="how many storms")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=Plan.clients)
    parser.add_argument("--rate", type=float, default=Plan.rate, help="events a second, by four processes together")
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    parser.add_argument("--kills", type=int, default=0, help="servers killed (SIGKILL) and started again")
    parser.add_argument("--restarts", type=int, default=0, help="servers asked to end (SIGTERM) and started again")
    parser.add_argument("--outages", type=int, default=0, help="Redis killed or stopped for some seconds")
    parser.add_argument("--scaled-out", action="store_true", help="PostgreSQL and Redis of our own, and two servers")
    parser.add_argument("--database", help="postgres://… of a server, on which a database is made and dropped")
    parser.add_argument("--redis", help="redis://… of one that is there; without outages then")
    parser.add_argument("--server", choices=["uvicorn", "daphne"], default="uvicorn")
    parser.add_argument("--servers", type=int, help="server processes")
    parser.add_argument("--doorbell", choices=["silent", "unreliable"], help="hints that never come, or come anyhow")
    parser.add_argument("--keep", help="a file for the servers' log of the last storm")
    asked = parser.parse_args()
    if asked.outages and (asked.redis or not asked.scaled_out):
        parser.error("--outages needs a Redis of our own: --scaled-out without --redis.")
    faulty = 0
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        verdict = run_one(asked, seed)
        print(f"seed {seed}: {verdict.line}", flush=True)
        for fault in verdict.faults[:FAULTS_SHOWN]:
            print(f"  {fault}", flush=True)
        faulty += bool(verdict.faults)
    print(f"{asked.seeds - faulty} of {asked.seeds} storms lost, doubled and misplaced nothing.")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
