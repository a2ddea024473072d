"""Who may read the figures at /metrics, and whether spans are sent."""

from ipaddress import ip_network

from django.core.exceptions import ImproperlyConfigured

from .base import ENV

METRICS_KEY = ENV.text("METRICS_KEY")
try:
    METRICS_NETWORKS = [ip_network(each) for each in ENV.words("METRICS_NETWORKS")]
except ValueError as error:
    raise ImproperlyConfigured(
        f"METRICS_NETWORKS: {error}. Write networks as 10.0.0.0/8, with commas."
    ) from error

# The spans go where OTEL_EXPORTER_OTLP_ENDPOINT says, which the packages read themselves.
TRACING = ENV.flag("TRACING")
