# docker build -t support-coverage-operator:0.2.0-dev .
#
# `make image` does it with Docker or buildah and reports what came of it. Any image with Node 26 and npm in it will do for the build
# (--build-arg BUILD_IMAGE=…); of it the image has node and the shared libraries that node names, and nothing else.
ARG BUILD_IMAGE=node:26-bookworm-slim

FROM ${BUILD_IMAGE} AS build
# A file with the certificates of a proxy between here and npm's registry; it is not in the image.
ARG NODE_EXTRA_CA_CERTS
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY Dockerfile ./
COPY tools/build.ts tools/entry-point.ts tools/sbom.ts ./tools/
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && node tools/sbom.ts > dist/sbom.cdx.json
# What node needs of the system: no shell, no package manager, no user that could log in.
RUN node="$(command -v node)" && \
    for file in "$node" $(ldd "$node" | grep -o '/[^ ]*'); do install -D "$(readlink -f "$file")" "/runtime$file"; done && \
    mkdir -p /runtime/etc && \
    echo 'operator:x:65532:65532:support-coverage-operator:/:' > /runtime/etc/passwd && \
    echo 'hosts: files dns' > /runtime/etc/nsswitch.conf

FROM scratch
LABEL org.opencontainers.image.title="support-coverage-operator" \
      org.opencontainers.image.description="Makes a platform support agreement real in a Kubernetes cluster." \
      org.opencontainers.image.licenses="Apache-2.0"
# What V8 compiled at build time is read at start; nothing is written there. glibc would keep heaps of their own for node's threads, and the
# room that buffers leave behind.
ENV PATH=/usr/local/bin:/usr/bin \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=32768 \
    MALLOC_TRIM_THRESHOLD_=32768 \
    NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/dist/compile-cache
WORKDIR /app
COPY --from=build /runtime /
COPY --from=build /app/dist ./dist
# The version is read from here.
COPY package.json ./
# A number, so that a cluster can see that it is not root; owns no file here, so it can change none.
USER 65532:65532
EXPOSE 8080 8081
# No shell and no npm in between: node is process 1 and gets SIGTERM itself.
# Little is held: V8 collects sooner, young objects die in a small nursery, and of its compilers there is one beside the interpreter, as the
# others gain nothing here (docs/decisions/0031).
ENTRYPOINT ["node", "--optimize-for-size", "--max-semi-space-size=2", "--no-turbofan", "--no-sparkplug", "dist/main.js"]
