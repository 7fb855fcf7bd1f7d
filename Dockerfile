# zkdash with everything it needs, and nothing that it was built with.
#
#   docker build -t zkdash .
#   docker run -p 8080:8080 -v zkdash:/var/lib/zkdash zkdash prod=zk1:2181,zk2:2181,zk3:2181
#
# The root file system may be read-only: the log of what happened is the only thing written, to /var/lib/zkdash.

ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py package.json package-lock.json README.md LICENSE ./
COPY etc/zkdash.conf etc/
COPY templates templates
COPY static static
COPY zkdash zkdash
RUN python -m venv /opt/zkdash \
    && /opt/zkdash/bin/pip install --no-cache-dir --disable-pip-version-check . \
    && /opt/zkdash/bin/pip uninstall --yes --quiet pip \
    && /opt/zkdash/bin/python -c "from zkdash.web.render import compile_templates; compile_templates()"

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="zkdash" \
      org.opencontainers.image.description="One browser page for many Apache ZooKeeper clusters" \
      org.opencontainers.image.licenses="BSD-3-Clause"
RUN groupadd --system --gid 10001 zkdash \
    && useradd --system --uid 10001 --gid zkdash --home-dir /var/lib/zkdash --shell /usr/sbin/nologin zkdash \
    && install --directory --owner=zkdash --group=zkdash --mode=0750 /var/lib/zkdash
COPY --from=build /opt/zkdash /opt/zkdash
COPY etc/zkdash.docker.conf /etc/zkdash/zkdash.conf
ENV PATH=/opt/zkdash/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/zkdash
VOLUME /var/lib/zkdash
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
# Clusters named behind it are watched beside those of the file.
ENTRYPOINT ["zkdash", "-c", "/etc/zkdash/zkdash.conf"]
