"""What an answer costs, by the list prices that come with pydantic-ai. Imports it; `model` imports this when a model is asked."""

from decimal import Decimal

from genai_prices import calc_price
from pydantic_ai.models import Model
from pydantic_ai.usage import RequestUsage


def cost_of(usage: RequestUsage, model: Model) -> Decimal | None:
    """In US dollars; None where nobody knows the price, as of a model on a server of one's own, whatever it is called."""
    if model.base_url is None:
        return None
    try:
        return calc_price(usage, model.model_name, provider_api_url=model.base_url).total_price
    except LookupError:
        return None
