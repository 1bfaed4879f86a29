# One image per frontend: the server that Next.js traces out of the workspace, and nothing else.
# Built from the repository's root:
#
#   docker build -f infrastructure/docker/frontend.Dockerfile --build-arg FOLDER=app1-business/frontend --build-arg PORT=3001 .
ARG NODE=node:24-slim

FROM ${NODE} AS build
ENV NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY shared-libs/web/package.json shared-libs/web/
COPY app1-business/frontend/package.json app1-business/frontend/
COPY app2-school-erp/frontend/package.json app2-school-erp/frontend/
RUN --mount=type=cache,target=/root/.npm npm ci --no-progress
COPY tsconfig.base.json ./
COPY shared-libs/web shared-libs/web
ARG FOLDER
COPY ${FOLDER} ${FOLDER}
RUN npm run --silent build --workspace "$FOLDER" \
 && mv "$FOLDER/.next/static" "$FOLDER/.next/standalone/$FOLDER/.next/static"

FROM ${NODE}
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fleet
ARG FOLDER
ARG PORT
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=${PORT}
COPY --from=build /app/${FOLDER}/.next/standalone /app
WORKDIR /app/${FOLDER}
USER 10001:10001
EXPOSE ${PORT}
HEALTHCHECK --start-period=30s --start-interval=2s CMD ["node", "-e", \
    "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
