"""The hubs of this process for Prometheus, without a label for a user or a stream: there is no end to those."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from realtime import insight
from realtime.insight import Totals


@dataclass(frozen=True)
class Figure:
    """One number of the hubs. `merge` makes one of several hubs' numbers, of which there may be none."""

    name: str
    told: str
    read: Callable[[Totals], float]
    merge: Callable[[Sequence[float]], float] = sum
    family: type[GaugeMetricFamily] | type[CounterMetricFamily] = GaugeMetricFamily

    def metric(self, hubs: Iterable[Totals]) -> Metric:
        return self.family(self.name, self.told, value=self.merge([self.read(totals) for totals in hubs]))


def gauge(name: str, told: str, read: Callable[[Totals], float]) -> Figure:
    return Figure(name, told, read)


def peak(name: str, told: str, read: Callable[[Totals], float]) -> Figure:
    return Figure(name, told, read, merge=lambda values: max(values, default=0.0))


def counter(name: str, told: str, read: Callable[[Totals], float]) -> Figure:
    return Figure(name, told, read, family=CounterMetricFamily)


FIGURES = (
    gauge("gateway_sockets", "Open sockets.", lambda hub: hub.sockets),
    gauge("gateway_socket_users", "Users who have a socket open.", lambda hub: hub.users),
    peak("gateway_sockets_of_a_user_max", "Sockets of the user who has most.", lambda hub: hub.most_of_a_user),
    gauge("gateway_feeds", "Streams that somebody watches.", lambda hub: hub.feeds),
    peak(
        "gateway_sockets_behind_max_events", "Events that the last reader has yet to get.", lambda hub: hub.most_behind
    ),
    gauge("gateway_socket_waiting_frames", "Frames that wait for slow readers.", lambda hub: hub.waiting_frames),
    gauge("gateway_socket_waiting_characters", "Their characters.", lambda hub: hub.waiting_characters),
    gauge("gateway_waiting_publications", "Publications that wait for a commit.", lambda hub: hub.waiting_publications),
    peak("gateway_hub_lag_seconds", "Age of the newest event as it was handed on.", lambda hub: hub.figures.lag),
    peak("gateway_hub_lag_max_seconds", "The largest such age of the last minute.", lambda hub: hub.worst_lag),
    counter("gateway_events", "Events handed on.", lambda hub: hub.figures.events),
    counter("gateway_deliveries", "Frames of events, of all live sockets.", lambda hub: hub.figures.deliveries),
    counter("gateway_gap_events", "Events read from the log for want of a hint.", lambda hub: hub.figures.healed),
    counter("gateway_hub_restarts", "Parts of a hub that failed and began again.", lambda hub: hub.figures.restarts),
    counter("gateway_layer_failures", "What the channel layer did not do.", lambda hub: hub.figures.layer_failures),
)
STATES = GaugeMetricFamily, "gateway_subscriptions", "Subscriptions by state: live, behind or held.", "state"
CLOSED = CounterMetricFamily, "gateway_sockets_closed", "Sockets that the gateway closed, by close code.", "code"


class HubCollector(Collector):
    """Asks the hubs at each scrape. When they are too busy to answer, their metrics are absent from it."""

    def describe(self) -> Iterable[Metric]:
        """What is registered: the names, without asking anybody."""
        return self.metrics([])

    def collect(self) -> Iterator[Metric]:
        try:
            hubs = insight.ask_hubs(insight.count)
        except TimeoutError:
            return
        yield from self.metrics(hubs)

    def metrics(self, hubs: Sequence[Totals]) -> Iterator[Metric]:
        yield from (figure.metric(hubs) for figure in FIGURES)
        states = sum((hub.states for hub in hubs), Counter[str]())
        yield labelled(*STATES, {state: states[state] for state in ("live", "behind", "held")})
        closed = sum((hub.figures.closed for hub in hubs), Counter[int]())
        yield labelled(*CLOSED, {str(code): closed[code] for code in sorted(closed)})


def labelled(
    family: type[GaugeMetricFamily] | type[CounterMetricFamily],
    name: str,
    told: str,
    label: str,
    values: dict[str, int],
) -> Metric:
    metric = family(name, told, labels=[label])
    for value_of_label, value in values.items():
        metric.add_metric([value_of_label], value)
    return metric


def register() -> None:
    REGISTRY.register(HubCollector())
