# kaizend in a container. One volume holds all there is to keep, the rest can be read-only:
#   docker build -t kaizend .
#   docker run --read-only -v kaizend:/var/lib/kaizend -v "$PWD/config.toml:/var/lib/kaizend/config.toml:ro" \
#     -e KAIZEND_SOURCES__SHOP__TOKEN kaizend
# `make sbom` lists what is in it besides Python itself, by the same requirements.txt.
# A relative path in the config (the database's, a token file's) starts from the volume.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/kaizend
WORKDIR /src
COPY requirements.txt ./
RUN /opt/kaizend/bin/pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE config.example.toml ./
COPY worker worker
COPY rules rules
COPY integrations integrations
RUN /opt/kaizend/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN groupadd --system --gid 10001 kaizend \
 && useradd --system --uid 10001 --gid kaizend --home-dir /var/lib/kaizend --shell /usr/sbin/nologin kaizend \
 && install --directory --owner=kaizend --group=kaizend --mode=0750 /var/lib/kaizend
COPY --from=build /opt/kaizend /opt/kaizend
ENV PATH=/opt/kaizend/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/var/lib/kaizend
USER 10001:10001
WORKDIR /var/lib/kaizend
VOLUME /var/lib/kaizend
STOPSIGNAL SIGTERM
ENTRYPOINT ["kaizend"]
CMD ["run"]
