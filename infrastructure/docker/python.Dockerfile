# One image per Python member of the workspace: a service, the gateway, the fleet command.
# It holds what that member's pyproject.toml needs and nothing else, laid out under /app as
# in the repository. Built from the repository's root:
#
#   docker build -f infrastructure/docker/python.Dockerfile \
#     --build-arg MEMBER=app1-business/hrms-service --build-arg PACKAGE=business_hrms --build-arg PORT=8002 .
ARG PYTHON=python:3.13-slim-trixie

# What servicekit needs, which is most of what any member needs: one layer, shared by all images.
FROM ${PYTHON} AS kit
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PYC_INVALIDATION_MODE=UNCHECKED_HASH
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
COPY --chmod=755 infrastructure/docker/install-locked /usr/local/bin/
WORKDIR /app
RUN uv venv -q
COPY pyproject.toml requirements.lock ./
COPY shared-libs/contracts/pyproject.toml shared-libs/contracts/
COPY shared-libs/servicekit/pyproject.toml shared-libs/servicekit/
RUN --mount=type=cache,target=/root/.cache install-locked shared-libs/servicekit

# The member's own packages, its code, and the code of the shared libraries it names.
FROM kit AS build
RUN touch /tmp/kit
COPY shared-libs/identity-kit/pyproject.toml shared-libs/identity-kit/
ARG MEMBER
COPY ${MEMBER}/pyproject.toml ${MEMBER}/
RUN --mount=type=cache,target=/root/.cache install-locked "$MEMBER"
COPY shared-libs shared-libs
COPY ${MEMBER} ${MEMBER}
RUN --mount=type=cache,target=/root/.cache <<'EOF'
set -eu
{ sed -n "s|^-e file://$PWD/||p" /tmp/needed; echo "$MEMBER"; } >/tmp/members
sed 's|^|-e ./|' /tmp/members >/tmp/editable
uv pip install -q --no-deps -r /tmp/editable
uv pip check -q
# uv notes when it installed a folder; without its notes, the same input makes the same image
for notes in .venv/lib/python3*/site-packages/*/uv_cache.json; do
    rm "$notes"
    sed -i /uv_cache.json/d "${notes%/*}/RECORD"
done
python -m compileall -q --invalidation-mode checked-hash shared-libs "$MEMBER"
mkdir /own
find .venv -cnewer /tmp/kit ! -type d -exec cp -P --parents -t /own {} +
xargs cp -r --parents -t /own </tmp/members
EOF

FROM ${PYTHON} AS runtime
# The writable folders; a named volume mounted there starts with their owner.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fleet \
 && install -d -o fleet -g fleet /app/.dev/keys /app/.dev/mail /app/.dev/files
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 FLEET_ROOT=/app
WORKDIR /app
COPY --from=kit /app/.venv .venv
COPY --from=build /own .
COPY infrastructure/fleet.toml infrastructure/
USER 10001:10001

FROM runtime AS command
ENTRYPOINT ["fleet"]

# The API. The same image runs `python -m servicekit migrate $PACKAGE` and `… worker $PACKAGE`.
# A connection stays open longer than the gateway keeps it, else the gateway meets a closed one.
FROM runtime
ARG PACKAGE
ARG PORT
ENV UVICORN_APP=${PACKAGE}.main:app UVICORN_HOST=0.0.0.0 UVICORN_PORT=${PORT} UVICORN_ACCESS_LOG=false \
    UVICORN_PROXY_HEADERS=false UVICORN_TIMEOUT_KEEP_ALIVE=75 UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN=25 \
    UVICORN_WS=servicekit.realtime_protocol:Protocol UVICORN_WS_MAX_SIZE=65536 UVICORN_WS_PER_MESSAGE_DEFLATE=false \
    UVICORN_WS_PING_INTERVAL=25 UVICORN_WS_PING_TIMEOUT=20
EXPOSE ${PORT}
HEALTHCHECK --start-period=30s --start-interval=2s CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ['UVICORN_PORT']}/healthz\", timeout=5)"]
CMD ["uvicorn"]
