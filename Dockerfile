# The gateway as a container: not root, and nothing written outside /app/var and /tmp.
FROM python:3.11-slim-bookworm
WORKDIR /app

# Only what decides the dependencies comes first, so that a change of code does not install them again.
COPY pyproject.toml constraints.txt install.sh README.md ./
COPY verify/__init__.py verify/
COPY issuers/__init__.py issuers/
COPY gateway/__init__.py gateway/
RUN sh install.sh image \
    && useradd --system --uid 10001 --no-create-home gateway \
    && install --directory --owner=gateway --mode=0700 var

COPY verify verify
COPY issuers issuers
COPY gateway gateway
COPY templates templates
COPY docs/policy docs/policy

USER gateway
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 DATA_DIR=/app/var TMPDIR=/tmp
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["transcript-gateway", "serve"]
