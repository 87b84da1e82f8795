"""
What is left of a caller's quota, as headers (draft-ietf-httpapi-ratelimit-headers-10).
"""

from service.core.traffic import Quota

# All quotas are in comments a minute.
WINDOW_SECONDS = 60


def headers_of(quota: Quota) -> dict[str, str]:
    """
    Return the two headers: the rule, and where the caller stands.

    >>> headers_of(Quota(limit=600, remaining=599, reset=1))["RateLimit"]
    '"comments";r=599;t=1'
    """
    return {
        "RateLimit-Policy": f'"comments";q={quota.limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"comments";r={quota.remaining};t={quota.reset}',
    }
