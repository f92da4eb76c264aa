"""One interface for whoever writes plans, contexts, outlines or verdicts: a model, or the template."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models

from gamedev_gateway.core.llm import Model, Usage
from plans.models import Generation, Project

Order = TypeVar("Order")
Answer = TypeVar("Answer")


class Writer(ABC, Generic[Order, Answer]):
    """How one kind of run is done: read what there is to think about, think, write.

    A model thinks for minutes, so nothing is locked meanwhile; before its answer is written the order is read anew, and the answer
    must still fit it. The template thinks as it writes, in the one transaction.
    """

    needs_model: ClassVar[bool] = False
    """Whether nothing can be said in place of a model that failed."""

    @abstractmethod
    def read(self, project: Project, request: dict[str, Any]) -> Order:
        """What there is to think about, as plain data. Raises GatewayError when the run cannot be done at all."""

    @abstractmethod
    async def ask(self, model: Model, order: Order, usage: Usage) -> Answer:
        """A model's answer, which holds our laws. No database. Raises ModelError; `usage` is added to in every case."""

    @abstractmethod
    def write(self, run: Generation, project: Project, order: Order, answer: Answer | None) -> models.Model:
        """Store an answer, or, without one, what the template makes of the order. The project is locked. Raises GatewayError.

        What else there is to say of the run goes into `run.result`.
        """

    def keep(self, run: Generation) -> None:
        """Keep alive what must not run out while a model thinks. Called every second or so."""

    def fits(self, answer: Answer, thought_about: Order, now: Order) -> bool:
        """Whether an answer that was thought out for one order does for the order as it is by now."""
        return thought_about == now
