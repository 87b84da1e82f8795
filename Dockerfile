# docker build -t hamlet .    Any Debian-like image with Python 3.11+ and venv will do as the base.
# With --build-arg LOCK=requirements-train.lock what learns is inside as well, for `hamlet-train` and /admin/models.
ARG PYTHON_IMAGE=python:3.13-slim
ARG LOCK=requirements.lock

FROM ${PYTHON_IMAGE} AS build
ARG LOCK
# The environment is made where it will stay: its scripts carry the path.
RUN python -m venv /opt/hamlet
WORKDIR /src
# The dependencies are a layer of their own, which a change of the code leaves as it is.
COPY ${LOCK} .
RUN /opt/hamlet/bin/pip install --no-cache-dir --no-compile --require-hashes --only-binary :all: -r "$LOCK"
# Looks at the environment from outside, and stays behind.
COPY requirements-audit.lock .
RUN python -m venv /opt/audit \
 && /opt/audit/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-audit.lock
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY training training
RUN /opt/hamlet/bin/pip wheel --no-cache-dir --no-index --no-deps --no-build-isolation -w /wheels . \
 && /opt/hamlet/bin/pip install --no-compile --no-index --no-deps /wheels/*.whl \
 # What only builds, and tests that packages brought along, stay behind. `check` says if something else needed them, as
 # what learns needs `packaging`.
 && /opt/hamlet/bin/pip uninstall -qy editables hatchling pathspec pluggy tomlkit trove-classifiers \
 && { [ "$LOCK" = requirements-train.lock ] || /opt/hamlet/bin/pip uninstall -qy packaging; } \
 && /opt/hamlet/bin/pip check \
 && /opt/hamlet/bin/pip uninstall -qy pip \
 && find /opt/hamlet -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -rf {} + \
 # What is in it, in CycloneDX: read from what is installed, after the last change of it.
 && /opt/audit/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
    --no-validate --output-file /opt/hamlet/sbom.cdx.json /opt/hamlet/bin/python \
 # Compiled here, since the running service may write neither to this folder nor, with a read-only root, anywhere near.
 && /opt/hamlet/bin/python -m compileall -q /opt/hamlet/lib

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Hamlet" \
      org.opencontainers.image.description="Comment moderation that a site owner runs on their own machine" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/hamlet /opt/hamlet
COPY models /opt/hamlet/models
RUN install -d -m 700 -o 10001 -g 10001 /var/lib/hamlet
ENV PATH=/opt/hamlet/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HAMLET_HOST=0.0.0.0 \
    HAMLET_PORT=8000 \
    HAMLET_STATE_DIR=/var/lib/hamlet \
    HAMLET_MODELS_DIR=/opt/hamlet/models
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/hamlet
VOLUME /var/lib/hamlet
EXPOSE 8000
STOPSIGNAL SIGTERM
# Alive, not ready: some engines restart what fails here, and a restart mends a hung process, not an absent model or Redis.
# A load balancer should ask /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['HAMLET_PORT']), timeout=2); c.request('GET', '/livez'); sys.exit(c.getresponse().status != 200)"]
CMD ["hamlet", "serve"]
