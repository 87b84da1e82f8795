"""
What is left of a caller's quota, as headers (draft-ietf-httpapi-ratelimit-headers-10).
"""

from service.core.traffic import Quota

MINUTE_SECONDS, HOUR_SECONDS = 60, 3600


def headers_of(quota: Quota, what: str = "comments", seconds: int = MINUTE_SECONDS) -> dict[str, str]:
    """
    Return the two headers: the rule, so many of what in so many seconds, and where the caller stands; none without a
    limit, or they would say that nothing is left.

    >>> headers_of(Quota(limit=600, remaining=599, reset=110))["RateLimit"]
    '"comments";r=599;t=110'
    """
    if not quota.limit:
        return {}
    return {
        "RateLimit-Policy": f'"{what}";q={quota.limit};w={seconds}',
        "RateLimit": f'"{what}";r={quota.remaining};t={quota.reset}',
    }
