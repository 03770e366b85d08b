FROM python:3.11-slim-bookworm
WORKDIR /app
COPY requirements.lock requirements-uv.lock pyproject.toml README.md ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock && \
    uv pip install --system --no-cache --require-hashes -r requirements.lock
COPY devices devices
COPY stores stores
COPY alerts alerts
COPY ingest ingest
COPY dashboards dashboards
COPY vigiterre vigiterre
RUN uv pip install --system --no-cache --no-build-isolation --no-deps . && \
    useradd --system --create-home vigiterre && install -d -o vigiterre /data
USER vigiterre
ENV VIGITERRE_DATA_DIR=/data
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/livez', timeout=3)"]
ENTRYPOINT ["vigiterre"]
CMD ["run"]
