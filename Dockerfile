# Every program's image, one file: docker build --build-arg SERVICE=worker .
# SERVICE: api, dashboard, gateway, notifier, orchestrator, samples, standalone or worker. All programs are built once, in a stage that all
# images share; each image holds its own program, the runtime, and nothing to build with.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0

# What a restore reads and nothing else: as long as that stays the same, so does the layer of restored packages.
FROM ${SDK_IMAGE} AS projects
WORKDIR /src
COPY . .
RUN find . -type f ! -name '*.csproj' ! -name '*.props' ! -name '*.sln*' ! -name global.json -delete \
    && find . -type d -empty -delete

FROM ${SDK_IMAGE} AS programs
WORKDIR /src
COPY --from=projects /src .
RUN dotnet restore deploy/Programs.slnf --use-current-runtime --artifacts-path /artifacts
COPY . .
RUN deploy/publish /programs /artifacts

FROM ${RUNTIME_IMAGE}
# The standalone program keeps everything here; the others keep nothing.
RUN install -d -o "$APP_UID" /data
COPY deploy/healthy /usr/local/bin/healthy
ARG SERVICE=standalone
WORKDIR /app
COPY --from=programs /programs/${SERVICE} .
ENV ASPNETCORE_HTTP_PORTS= ASPNETCORE_URLS=http://+:8080
# Bytes, in hexadecimal, that are allocated before garbage is collected: docs/decisions/0003-runtime-settings.md
ENV DOTNET_GCgen0size=0x800000
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=5s --timeout=10s --start-period=300s --retries=3 CMD ["healthy", "/health/ready"]
ENTRYPOINT ["/app/start"]
