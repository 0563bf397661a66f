# Builds the executable, and copies it into an image with a C library only: no shell, no package manager.
#   docker build -t gatehouse --build-arg GATEHOUSE_COMMIT=$(git rev-parse --short=12 HEAD) .

FROM oven/bun:1.4.4 AS build
WORKDIR /build
COPY package.json bun.lock bunfig.toml ./
COPY patches patches
# Optional dependencies are platform tools for tests and checks. No install scripts run.
RUN bun install --frozen-lockfile --ignore-scripts --omit=optional
COPY tsconfig.json ./
COPY drizzle drizzle
COPY .ci .ci
COPY src src
ARG GATEHOUSE_COMMIT=
RUN GATEHOUSE_COMMIT="$GATEHOUSE_COMMIT" bun .ci/build.ts
RUN mkdir data

FROM gcr.io/distroless/base-nossl-debian12:nonroot
COPY --from=build /build/dist/gatehouse /usr/local/bin/gatehouse
COPY --from=build --chown=65532:65532 /build/data /data
ENV HOST=0.0.0.0 DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 8000
# There is no shell, so the executable checks itself, with the settings of the container.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/local/bin/gatehouse", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/gatehouse"]
