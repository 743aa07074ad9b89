FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
# First what decides the packages: this layer is built again only when they change.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Scheduler.Jobs/Scheduler.Jobs.csproj Scheduler.Jobs/packages.lock.json Scheduler.Jobs/
COPY Scheduler.Worker/Scheduler.Worker.csproj Scheduler.Worker/packages.lock.json Scheduler.Worker/
RUN dotnet restore Scheduler.Worker --locked-mode
COPY BannedSymbols.txt .editorconfig ./
COPY Scheduler.Jobs/ Scheduler.Jobs/
COPY Scheduler.Worker/ Scheduler.Worker/
RUN dotnet publish Scheduler.Worker -c Release -o /app --no-restore

# No HEALTHCHECK: a worker listens nowhere. Whether it lives is seen in GET /api/v1/workers, and one that ends is started again.
FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
ENTRYPOINT ["dotnet", "Scheduler.Worker.dll"]
