# docker build -t support-coverage-operator:0.1.0 .
#
# Both base images can come from a mirror (--build-arg BUILD_IMAGE=… --build-arg RUNTIME_IMAGE=…). Any with Node 26 will do; the
# runtime image needs no npm and no shell.
ARG BUILD_IMAGE=node:26-bookworm-slim
ARG RUNTIME_IMAGE=node:26-bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tools/build.ts ./tools/
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM ${BUILD_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="support-coverage-operator" \
      org.opencontainers.image.description="Makes a platform support agreement real in a Kubernetes cluster." \
      org.opencontainers.image.licenses="Apache-2.0"
# What V8 compiled at build time is read at start; nothing is written there.
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/dist/compile-cache
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The version is read from here.
COPY package.json ./
# A number, so that a cluster can see that it is not root; owns no file here, so it can change none.
USER 65532:65532
EXPOSE 8080 8081
# No shell and no npm in between: node is process 1 and gets SIGTERM itself.
# Young objects of a first read die sooner in a small nursery: 20 MB less at its peak (docs/benchmarks.md).
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/main.js"]
