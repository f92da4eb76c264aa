"""A forgotten slash at the end of an address loses nothing."""

from functools import partial

from django.http import HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware


class SlashMiddleware(CommonMiddleware):
    """Django's, but it redirects with 308: clients then repeat a POST as a POST, with its body, and not as a GET."""

    response_redirect_class = partial(HttpResponsePermanentRedirect, preserve_request=True)  # type: ignore[assignment]
